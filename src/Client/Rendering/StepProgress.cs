namespace LightlyCluster.Client.Rendering;

/// <summary>How far a job is.</summary>
/// <param name="Step">Committed steps.</param>
/// <param name="StepsTotal">Steps of the job.</param>
/// <param name="Epoch">The epoch that the step belongs to, from 1.</param>
/// <param name="EpochsTotal">Epochs of the job, the last one perhaps in part.</param>
/// <param name="Loss">Loss of the step.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="ImagesPerSecond">Recent speed; null before the second step.</param>
/// <param name="Remaining">Time left at that speed; null before the second step.</param>
internal sealed record StepProgress(
    long Step,
    long StepsTotal,
    long Epoch,
    long EpochsTotal,
    double Loss,
    double LearningRate,
    double? ImagesPerSecond,
    TimeSpan? Remaining);
