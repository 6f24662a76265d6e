namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>How bad the way to the store and between processes is.</summary>
/// <param name="Lost">Part of the calls whose request is lost.</param>
/// <param name="ReplyLost">Part of the calls that are carried out, but whose reply is lost.</param>
/// <param name="Duplicated">Part of the writing calls that are carried out a second time, later.</param>
/// <param name="Slow">Part of the messages that are late.</param>
/// <param name="Delay">Longest usual delay.</param>
/// <param name="SlowDelay">Longest delay of a late message.</param>
internal sealed record NetworkConditions(double Lost, double ReplyLost, double Duplicated, double Slow, TimeSpan Delay, TimeSpan SlowDelay)
{
    /// <summary>Nothing is lost or late.</summary>
    public static NetworkConditions Good { get; } = new(0, 0, 0, 0, TimeSpan.FromMilliseconds(1), TimeSpan.Zero);
}
