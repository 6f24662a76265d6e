namespace LightlyCluster.Protocol.Tasks;

/// <summary>How far a task is.</summary>
/// <param name="Activity">What is being done, as a word: "indexing".</param>
/// <param name="Done">How many are done.</param>
/// <param name="Total">How many there are; 0 while it is not known.</param>
/// <param name="Unit">What is counted, in the plural: "images".</param>
public sealed record TaskProgress(string Activity, long Done, long Total, string Unit);
