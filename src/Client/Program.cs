using LightlyCluster.Client;
using LightlyCluster.Client.Commands;
using LightlyCluster.Client.Rendering;

using var interruption = Interruption.OfProcess();
return await LightlyCommand.RunAsync(args, new CommandContext(Terminal.OfProcess(), TimeProvider.System, interruption));
