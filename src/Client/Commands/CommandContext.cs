using LightlyCluster.Client.Rendering;

namespace LightlyCluster.Client.Commands;

/// <summary>What every command works with.</summary>
/// <param name="Terminal">Where it writes.</param>
/// <param name="Clock">Gives the time.</param>
/// <param name="Interruption">Ctrl-C.</param>
internal sealed record CommandContext(Terminal Terminal, TimeProvider Clock, Interruption Interruption);
