using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Jobs in META: their facts, their life, and the rows that people read.</summary>
public sealed class JobStore(RedisConnections connections) : IJobStore
{
    /// <summary>How long the answer to a request is remembered.</summary>
    public static readonly TimeSpan RequestLife = TimeSpan.FromHours(24);

    /// <summary>How long the record of a job that has ended stays.</summary>
    public static readonly TimeSpan RecordLife = TimeSpan.FromDays(30);

    private const int LinesMaximum = 2000;

    /// <summary>Jobs that may have been created in one millisecond.</summary>
    private const int SameMomentMaximum = 1000;

    /// <summary>Steps whose pointers may still be there at the end; older ones end with their life span.</summary>
    private const int StepsToClean = 64;

    private const int PlanReadsMaximum = 100;

    private readonly RedisKeys _keys = new(connections.Endpoints.KeyPrefix);
    private readonly PlanCache _plans = new();

    private IDatabase Meta => connections.Meta;

    /// <inheritdoc/>
    public async Task<IJobEvents> SubscribeAsync(string job) => await JobEvents.SubscribeAsync(connections.Subscriber, _keys.Events(job));

    /// <inheritdoc/>
    public async Task<CreateAnswer> CreateAsync(NewJob job, string requestId)
    {
        RedisKey[] keys = [_keys.Job(job.Id), _keys.Jobs, _keys.Request(requestId), _keys.TenantJobs(job.Tenant), _keys.TenantSubmits(job.Tenant)];
        var quota = job.Quota ?? TenantQuota.None;
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.CreateJob, keys,
            [job.Id, job.Specification, job.DisplayName, job.Created, job.ShardCount, job.StopAfter, job.MinimumWorkers,
             job.MaximumWorkers, (long)RequestLife.TotalMilliseconds, job.Priority, job.Tenant, quota.Jobs, quota.Submits, quota.Running])
            .OrStoreErrorAsync());
        var outcome = reply.Code switch
        {
            "OK" => CreateOutcome.Created,
            "REPEATED" => CreateOutcome.Repeated,
            "TAKEN" => CreateOutcome.Taken,
            "JOBS" => CreateOutcome.TooManyJobs,
            _ => CreateOutcome.TooManySubmits,
        };
        return new(outcome, reply.Values[0]);
    }

    /// <inheritdoc/>
    public async Task<JobRecord?> ReadAsync(string job)
    {
        for (var reads = 0; reads < PlanReadsMaximum; reads++)
        {
            var fields = await ReadHashAsync(_keys.Job(job));
            if (!fields.ContainsKey("state"))
            {
                return null;
            }

            var generation = fields.GetValueOrDefault("generation", "0");
            if (generation == "0")
            {
                return new(fields);
            }

            if ((_plans.Find(job, generation) ?? await ReadPlanAsync(job, fields, generation)) is { } plan)
            {
                return new(Merge(fields, plan.Fields), plan.Plan);
            }
        }

        throw new StoreAwayException($"The plan of job {job} changed at each of {PlanReadsMaximum} reads.");
    }

    /// <inheritdoc/>
    public async Task<JobHead?> ReadHeadAsync(string job)
    {
        var values = await Meta.HashGetAsync(_keys.Job(job), ["state", "generation", "step"]).OrStoreErrorAsync();
        return values[0].HasValue ? new(Enum.Parse<JobState>(values[0].ToString()), (long)values[1], (long)values[2]) : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListAsync(int skip, int count) =>
        [.. (await Meta.SortedSetRangeByRankAsync(_keys.Jobs, skip, skip + count - 1).OrStoreErrorAsync()).Select(id => id.ToString())];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListAfterAsync(long created, string id, int count)
    {
        var rank = id.Length == 0 ? -1 : await Meta.SortedSetRankAsync(_keys.Jobs, id).OrStoreErrorAsync();
        if (rank is { } known)
        {
            return await ListAsync((int)known + 1, count);
        }

        // The job is gone; what was created in the same millisecond is in order of identifiers.
        var entries = await Meta.SortedSetRangeByScoreWithScoresAsync(_keys.Jobs, created, take: count + SameMomentMaximum).OrStoreErrorAsync();
        return [.. entries.Where(entry => entry.Score > created || string.CompareOrdinal(entry.Element, id) > 0).Take(count).Select(entry => entry.Element.ToString())];
    }

    /// <inheritdoc/>
    public async Task<string?> InitializeAsync(string job, JobInitialization facts)
    {
        RedisKey[] keys = [_keys.Job(job), _keys.Log(job), _keys.Hashes(job, facts.BaseStep)];
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.InitializeJob, keys,
            [facts.Images, facts.StepsPerEpoch, facts.StepsTotal, facts.BaseStep, facts.BaseHash, facts.Manifest,
             facts.NumericClass, facts.VectorLength]).OrStoreErrorAsync());
        return reply.Code == "OK" ? null : $"{reply.Values[0]} is {reply.Values[2]} here, {reply.Values[1]} on the first worker";
    }

    /// <inheritdoc/>
    public async Task<(long Generation, long Step)?> BumpGenerationAsync(string job, GenerationChange change)
    {
        RedisKey[] keys = [_keys.Job(job), _keys.Members(job), _keys.Recoveries(job), _keys.History(job), _keys.Plan(job), _keys.Peers(job)];
        List<RedisValue> arguments =
            [change.Term?.ToString() ?? "", change.ExpectedGeneration, change.Current.Encode(), change.Next.Encode(),
             change.IsStart ? 1 : 0, change.NowMilliseconds, _keys.Events(job), change.Transport.Name, change.Transport.Why, change.Recoveries.Count];
        arguments.AddRange(change.Recoveries.Select(row => (RedisValue)row));
        foreach (var (incarnation, row) in change.History)
        {
            arguments.AddRange([incarnation, row]);
        }

        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.BumpGeneration, keys, [.. arguments]).OrStoreErrorAsync());
        return reply.Code == "OK" ? (long.Parse(reply.Values[0]), long.Parse(reply.Values[1])) : null;
    }

    /// <inheritdoc/>
    public async Task<bool> ChangeStateAsync(string job, StateChange change, IReadOnlyList<JobState> from, params (string Field, string Value)[] fields)
    {
        List<RedisValue> arguments =
            [change.Term?.ToString() ?? "", change.Generation?.ToString() ?? "", change.Step?.ToString() ?? "", change.State.ToString(), change.Reason, change.Message,
             change.NowMilliseconds, _keys.Events(job), string.Join(',', from)];
        arguments.AddRange(fields.SelectMany(pair => new RedisValue[] { pair.Field, pair.Value }));
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.ChangeState, [_keys.Job(job), _keys.Members(job), _keys.Plan(job)], [.. arguments]).OrStoreErrorAsync());
        return reply.Code == "OK";
    }

    /// <inheritdoc/>
    public async Task<bool> ClaimAsync(string job, long term) =>
        Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.ClaimJob, [_keys.Job(job)], [term]).OrStoreErrorAsync()).Code == "OK";

    /// <inheritdoc/>
    public async Task<ControlOutcome> ControlAsync(string job, JobControl control)
    {
        var tenant = control.Verb == ControlVerb.Delete ? await Meta.HashGetAsync(_keys.Job(job), "tenant").OrStoreErrorAsync() : RedisValue.EmptyString;
        RedisKey[] keys = [_keys.Job(job), _keys.Request(control.RequestId), _keys.Jobs, _keys.TenantJobs($"{tenant}"), .. RecordKeys(job)];
        RedisValue[] arguments =
            [control.Verb.ToString(), job, control.Reason, control.Message, control.NowMilliseconds, _keys.Events(job),
             control.RequestId.Length > 0 ? 1 : 0, (long)RequestLife.TotalMilliseconds, control.Etag, control.Tenant];
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.ControlJob, keys, arguments).OrStoreErrorAsync());
        return reply.Code switch
        {
            "OK" => ControlOutcome.Done,
            "REPEATED" => ControlOutcome.Repeated,
            "MISSING" => ControlOutcome.Missing,
            "CHANGED" => ControlOutcome.Changed,
            _ => ControlOutcome.WrongState,
        };
    }

    /// <inheritdoc/>
    public async Task<bool> SetFieldsAsync(string job, long? generation, string incarnation, params (string Field, string Value)[] fields)
    {
        List<RedisValue> arguments = [generation?.ToString() ?? "", incarnation, _keys.Events(job)];
        arguments.AddRange(fields.SelectMany(pair => new RedisValue[] { pair.Field, pair.Value }));
        RedisKey[] keys = [_keys.Job(job), _keys.Members(job)];
        return Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.SetFields, keys, [.. arguments]).OrStoreErrorAsync()).Code == "OK";
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadMetricsAsync(string job, long start, int count) =>
        [.. (await Meta.ListRangeAsync(_keys.Metrics(job), start, start + count - 1).OrStoreErrorAsync()).Select(row => row.ToString())];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> ReadCommittedStepsAsync(string job) =>
        [.. (await Meta.ListRangeAsync(_keys.Log(job), 1).OrStoreErrorAsync()).Select(entry => StepEntry.Parse(entry.ToString()).Step)];

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> ReadHistoryAsync(string job) =>
        (await Meta.HashGetAllAsync(_keys.History(job)).OrStoreErrorAsync()).ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString());

    /// <inheritdoc/>
    public Task WriteHistoryAsync(string job, string incarnation, string row) => Meta.HashSetAsync(_keys.History(job), incarnation, row).OrStoreErrorAsync();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadRecoveriesAsync(string job) =>
        [.. (await Meta.ListRangeAsync(_keys.Recoveries(job)).OrStoreErrorAsync()).Select(row => row.ToString())];

    /// <inheritdoc/>
    public Task WriteRecoveryAsync(string job, long index, string row) => Meta.ListSetByIndexAsync(_keys.Recoveries(job), index, row).OrStoreErrorAsync();

    /// <inheritdoc/>
    public Task AppendLineAsync(string job, string line) =>
        Meta.ScriptEvaluateAsync(LuaScripts.AppendLine, [_keys.Job(job), _keys.Lines(job)], [line, LinesMaximum]).OrStoreErrorAsync();

    /// <inheritdoc/>
    public async Task<LinePage> ReadLinesAsync(string job, long start, int count)
    {
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.ReadLines, [_keys.Job(job), _keys.Lines(job)], [start, count]).OrStoreErrorAsync());
        return new(long.Parse(reply.Values[0]), [.. reply.Values.Skip(1)]);
    }

    /// <inheritdoc/>
    public async Task AddBadFilesAsync(string job, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (await Meta.SetLengthAsync(_keys.BadFiles(job)).OrStoreErrorAsync() < 100)
            {
                await Meta.SetAddAsync(_keys.BadFiles(job), name).OrStoreErrorAsync();
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadBadFilesAsync(string job) =>
        [.. (await Meta.SetMembersAsync(_keys.BadFiles(job)).OrStoreErrorAsync()).Select(name => name.ToString()).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public async Task CleanUpAsync(string job, long lastStep)
    {
        var keys = new List<RedisKey> { _keys.Members(job), _keys.Peers(job), _keys.Nccl(job), _keys.BlockLeases(job), _keys.BlocksDone(job) };
        for (var step = Math.Max(0, lastStep - StepsToClean); step <= lastStep + 1; step++)
        {
            keys.AddRange([_keys.Shards(job, step), _keys.Nodes(job, step), _keys.Reduced(job, step), _keys.Hashes(job, step)]);
        }

        await Meta.KeyDeleteAsync([.. keys]).OrStoreErrorAsync();
        if (await ReadAsync(job) is { HasEnded: true, Tenant.Length: > 0 } record)
        {
            await Meta.SetRemoveAsync(_keys.TenantJobs(record.Tenant), job).OrStoreErrorAsync();
        }

        await DeletePayloadsAsync(job);
        foreach (var key in RecordKeys(job))
        {
            await Meta.KeyExpireAsync(key, RecordLife).OrStoreErrorAsync();
        }
    }

    /// <summary>Also what dead members left behind, which would otherwise stay until its life span ends.</summary>
    private async Task DeletePayloadsAsync(string job)
    {
        foreach (var server in connections.DataServers)
        {
            await foreach (var key in server.KeysAsync(pattern: _keys.Payloads(job), pageSize: 1000))
            {
                await connections.Data.KeyDeleteAsync(key).OrStoreErrorAsync();
            }
        }
    }

    /// <summary>Reads the plan; null when it is not that of the generation (any more): another generation began in between.</summary>
    private async Task<PlanCache.Entry?> ReadPlanAsync(string job, IReadOnlyDictionary<string, string> fields, string generation)
    {
        var plan = await ReadHashAsync(_keys.Plan(job));
        if (plan.GetValueOrDefault("planGeneration") != generation)
        {
            return null;
        }

        var entry = new PlanCache.Entry(generation, plan, new JobRecord(Merge(fields, plan)).Plan);
        _plans.Keep(job, entry);
        return entry;
    }

    private async Task<Dictionary<string, string>> ReadHashAsync(string key) => (await Meta.HashGetAllAsync(key).OrStoreErrorAsync())
        .ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString(), StringComparer.Ordinal);

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> fields, IReadOnlyDictionary<string, string> more)
    {
        var merged = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        foreach (var (name, value) in more)
        {
            merged[name] = value;
        }

        return merged;
    }

    private RedisKey[] RecordKeys(string job) =>
        [_keys.Job(job), _keys.Plan(job), _keys.Log(job), _keys.Metrics(job), _keys.Recoveries(job), _keys.History(job), _keys.Lines(job), _keys.BadFiles(job)];
}
