using System.Runtime.CompilerServices;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Calls of one role of the store.</summary>
internal abstract class FaultyLink(SimulatedNetwork network, bool isData)
{
    protected SimulatedNetwork Network { get; } = network;

    protected Task<T> ReadAsync<T>(Func<Task<T>> call, [CallerMemberName] string name = "") =>
        Network.CallAsync(name, call, isData, isWrite: false);

    protected Task<T> WriteAsync<T>(Func<Task<T>> call, [CallerMemberName] string name = "") =>
        Network.CallAsync(name, call, isData, isWrite: true);

    protected Task WriteAsync(Func<Task> call, [CallerMemberName] string name = "") => Network.CallAsync(
        name,
        () =>
        {
            var done = call();
            return done.IsFaulted ? Task.FromException<bool>(done.Exception!.InnerException!) : Task.FromResult(true);
        },
        isData,
        isWrite: true);
}
