namespace LightlyCluster.Protocol.Tasks;

/// <summary>How well classes can be told apart.</summary>
/// <param name="Kind">knn or linear.</param>
/// <param name="Top1">Share of test images whose class is right.</param>
/// <param name="Top5">Share of test images whose class is among the first five.</param>
/// <param name="NeighbourCount">k; null for linear.</param>
/// <param name="Temperature">t; null for linear.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="BankImages">Images that were compared with or trained on.</param>
/// <param name="TestImages">Images that were classified.</param>
/// <param name="IsHeldOut">Whether the test images are every fifth of a class of the same file.</param>
/// <param name="Dimension">Numbers of an embedding.</param>
public sealed record EvaluateResponse(
    string Kind,
    double Top1,
    double Top5,
    int? NeighbourCount,
    double? Temperature,
    int Classes,
    int BankImages,
    int TestImages,
    bool IsHeldOut,
    int Dimension);
