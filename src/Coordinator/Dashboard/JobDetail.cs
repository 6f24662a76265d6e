using LightlyCluster.Fleet.Verdicts;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Everything about a job but its steps and its traces.</summary>
internal sealed record JobDetail(
    JobSummary Job, IReadOnlyList<SettingRow> Settings, IReadOnlyList<MemberRow> Members, IReadOnlyList<RecoveryRow> Recoveries,
    IReadOnlyList<LineRow> Lines, BankRow? Bank, RunVerdict? Verdict, double? AccuracyUntrained, double? Accuracy,
    double? Spread, string StateHash);
