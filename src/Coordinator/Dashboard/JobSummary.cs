namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A line of the list of jobs. Times are milliseconds since 1970, 0 for not yet.</summary>
internal sealed record JobSummary(
    string Id, string Name, string State, string Reason, string Message, string Method, string Backbone, int StepImages, long Step, long StepsTotal,
    long StepsPerEpoch, long Created, long Started, long Ended, int Workers, double? Loss, double? ImagesPerSecond, double? SecondsLeft);
