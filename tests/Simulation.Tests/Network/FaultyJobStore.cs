using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Jobs over the network.</summary>
internal sealed class FaultyJobStore(IJobStore inner, SimulatedNetwork network, TimeProvider clock) : FaultyLink(network, isData: false), IJobStore
{
    public async Task<IJobEvents> SubscribeAsync(string job) =>
        new FaultyEvents(await ReadAsync(() => inner.SubscribeAsync(job)), Network, clock);

    public Task<CreateAnswer> CreateAsync(NewJob job, string requestId) => WriteAsync(() => inner.CreateAsync(job, requestId));

    public Task<JobRecord?> ReadAsync(string job) => ReadAsync(() => inner.ReadAsync(job));

    public Task<JobHead?> ReadHeadAsync(string job) => ReadAsync(() => inner.ReadHeadAsync(job));

    public Task<IReadOnlyList<string>> ListAsync(int skip, int count) => ReadAsync(() => inner.ListAsync(skip, count));

    public Task<IReadOnlyList<string>> ListAfterAsync(long created, string id, int count) => ReadAsync(() => inner.ListAfterAsync(created, id, count));

    public Task<string?> InitializeAsync(string job, JobInitialization facts) => WriteAsync(() => inner.InitializeAsync(job, facts));

    public Task<(long Generation, long Step)?> BumpGenerationAsync(string job, GenerationChange change) =>
        WriteAsync(() => inner.BumpGenerationAsync(job, change));

    public Task<bool> ChangeStateAsync(string job, StateChange change, IReadOnlyList<JobState> from, params (string Field, string Value)[] fields) =>
        WriteAsync(() => inner.ChangeStateAsync(job, change, from, fields));

    public Task<bool> SetFieldsAsync(string job, long? generation, string incarnation, params (string Field, string Value)[] fields) =>
        WriteAsync(() => inner.SetFieldsAsync(job, generation, incarnation, fields));

    public Task<IReadOnlyList<string>> ReadMetricsAsync(string job, long start, int count) => ReadAsync(() => inner.ReadMetricsAsync(job, start, count));

    public Task<IReadOnlyList<long>> ReadCommittedStepsAsync(string job) => ReadAsync(() => inner.ReadCommittedStepsAsync(job));

    public Task<IReadOnlyDictionary<string, string>> ReadHistoryAsync(string job) => ReadAsync(() => inner.ReadHistoryAsync(job));

    public Task WriteHistoryAsync(string job, string incarnation, string row) => WriteAsync(() => inner.WriteHistoryAsync(job, incarnation, row));

    public Task<IReadOnlyList<string>> ReadRecoveriesAsync(string job) => ReadAsync(() => inner.ReadRecoveriesAsync(job));

    public Task WriteRecoveryAsync(string job, long index, string row) => WriteAsync(() => inner.WriteRecoveryAsync(job, index, row));

    public Task AppendLineAsync(string job, string line) => WriteAsync(() => inner.AppendLineAsync(job, line));

    public Task<LinePage> ReadLinesAsync(string job, long start, int count) => ReadAsync(() => inner.ReadLinesAsync(job, start, count));

    public Task AddBadFilesAsync(string job, IEnumerable<string> names) => WriteAsync(() => inner.AddBadFilesAsync(job, names));

    public Task<IReadOnlyList<string>> ReadBadFilesAsync(string job) => ReadAsync(() => inner.ReadBadFilesAsync(job));

    public Task CleanUpAsync(string job, long lastStep) => WriteAsync(() => inner.CleanUpAsync(job, lastStep));

    public Task<bool> ClaimAsync(string job, long term) => WriteAsync(() => inner.ClaimAsync(job, term));

    public Task<ControlOutcome> ControlAsync(string job, JobControl control) => WriteAsync(() => inner.ControlAsync(job, control));
}
