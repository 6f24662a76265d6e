namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Steps of a job in columns of equal length; above a number of points, each row stands for several steps.</summary>
/// <param name="Step">The last step of each row.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="LearningRate">Last learning rate.</param>
/// <param name="ImagesPerSecond">Images by seconds.</param>
/// <param name="Workers">Last number of members.</param>
/// <param name="Phases">Mean seconds of a step by phase.</param>
/// <param name="Next">The first step that is not in it.</param>
internal sealed record Series(
    IReadOnlyList<long> Step, IReadOnlyList<long> Epoch, IReadOnlyList<double> Loss, IReadOnlyList<double> LearningRate,
    IReadOnlyList<double> ImagesPerSecond, IReadOnlyList<int> Workers, IReadOnlyDictionary<string, IReadOnlyList<double>> Phases, long Next);
