namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>An incarnation that takes or took part in a job. Times are milliseconds since 1970, 0 for not yet.</summary>
internal sealed record MemberRow(
    string Worker, string Incarnation, long Joined, long Left, string Reason, long Shards, double ImagesPerSecond, double Share, string Status, string Note);
