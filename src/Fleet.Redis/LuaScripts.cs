using System.Reflection;

namespace LightlyCluster.Fleet.Redis;

/// <summary>The fenced transitions, each a file in Scripts/.</summary>
internal static class LuaScripts
{
    /// <summary>create_job.lua.</summary>
    public static string CreateJob { get; } = Load("create_job");

    /// <summary>claim_job.lua.</summary>
    public static string ClaimJob { get; } = Load("claim_job");

    /// <summary>control_job.lua.</summary>
    public static string ControlJob { get; } = Load("control_job");

    /// <summary>initialize_job.lua.</summary>
    public static string InitializeJob { get; } = Load("initialize_job");

    /// <summary>bump_generation.lua.</summary>
    public static string BumpGeneration { get; } = Load("bump_generation");

    /// <summary>publish_shards.lua.</summary>
    public static string PublishShards { get; } = Load("publish_shards");

    /// <summary>publish_nodes.lua.</summary>
    public static string PublishNodes { get; } = Load("publish_nodes");

    /// <summary>publish_reduced.lua.</summary>
    public static string PublishReduced { get; } = Load("publish_reduced");

    /// <summary>verify_state.lua.</summary>
    public static string VerifyState { get; } = Load("verify_state");

    /// <summary>change_state.lua.</summary>
    public static string ChangeState { get; } = Load("change_state");

    /// <summary>set_fields.lua.</summary>
    public static string SetFields { get; } = Load("set_fields");

    /// <summary>register_peer.lua.</summary>
    public static string RegisterPeer { get; } = Load("register_peer");

    /// <summary>agree_nccl.lua.</summary>
    public static string AgreeNccl { get; } = Load("agree_nccl");

    /// <summary>lease_block.lua.</summary>
    public static string LeaseBlock { get; } = Load("lease_block");

    /// <summary>complete_block.lua.</summary>
    public static string CompleteBlock { get; } = Load("complete_block");

    /// <summary>acquire_leadership.lua.</summary>
    public static string AcquireLeadership { get; } = Load("acquire_leadership");

    /// <summary>append_line.lua.</summary>
    public static string AppendLine { get; } = Load("append_line");

    /// <summary>read_lines.lua.</summary>
    public static string ReadLines { get; } = Load("read_lines");

    private static string Load(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var stream = assembly.GetManifestResourceStream($"LightlyCluster.Fleet.Redis.Scripts.{name}.lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not part of {assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
