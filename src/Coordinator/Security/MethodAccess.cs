using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Which role each gRPC method asks for. A method that is not here is refused to everybody.</summary>
internal static class MethodAccess
{
    private const string Jobs = "/lightlycluster.v1.TrainingJobService/";
    private const string Workers = "/lightlycluster.v1.WorkerService/";

    private static readonly Dictionary<string, Role> Roles = new(StringComparer.Ordinal)
    {
        [Jobs + "GetTrainingJob"] = Role.Viewer,
        [Jobs + "ListTrainingJobs"] = Role.Viewer,
        [Jobs + "WatchTrainingJob"] = Role.Viewer,
        [Jobs + "StreamMetrics"] = Role.Viewer,
        [Jobs + "StreamLogs"] = Role.Viewer,
        [Jobs + "DownloadArtifacts"] = Role.Viewer,
        [Jobs + "ListWorkers"] = Role.Viewer,
        [Jobs + "CreateTrainingJob"] = Role.Submitter,
        [Jobs + "CancelTrainingJob"] = Role.Submitter,
        [Jobs + "PauseTrainingJob"] = Role.Submitter,
        [Jobs + "ResumeTrainingJob"] = Role.Submitter,
        [Jobs + "DeleteTrainingJob"] = Role.Submitter,
        [Workers + "Register"] = Role.Worker,
        [Workers + "Session"] = Role.Worker,
        ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = Role.Viewer,
        ["/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"] = Role.Viewer,
    };

    private static readonly HashSet<string> Quiet = new(StringComparer.Ordinal)
    {
        Jobs + "GetTrainingJob", Jobs + "ListTrainingJobs", Jobs + "ListWorkers",
    };

    /// <summary>Whether anybody may call: probes ask for the health without a token.</summary>
    public static bool IsPublic(string method) => method.StartsWith("/grpc.health.v1.Health/", StringComparison.Ordinal);

    /// <summary>The role that a method asks for; null where nobody may call it.</summary>
    public static Role? RoleOf(string method) => Roles.TryGetValue(method, out var role) ? role : null;

    /// <summary>Whether a call that was answered is worth a line in the audit log.</summary>
    public static bool IsAudited(string method) => !Quiet.Contains(method);
}
