using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Jobs in META: their facts, their life, and the rows that people read.</summary>
public sealed class JobStore(RedisConnections connections)
{
    /// <summary>How long the answer to a request is remembered.</summary>
    public static readonly TimeSpan RequestLife = TimeSpan.FromHours(24);

    /// <summary>How long the record of a job that has ended stays.</summary>
    public static readonly TimeSpan RecordLife = TimeSpan.FromDays(30);

    private const int LinesMaximum = 2000;

    private readonly RedisKeys _keys = new(connections.Endpoints.KeyPrefix);

    private IDatabase Meta => connections.Meta;

    /// <summary>Listens for hints about a job.</summary>
    public Task<JobEvents> SubscribeAsync(string job) => JobEvents.SubscribeAsync(connections.Subscriber, _keys.Events(job));

    /// <summary>Admits a job once.</summary>
    /// <returns>Whether the id is taken by another request, and the id that the request has.</returns>
    public async Task<(bool IsTaken, string Id)> CreateAsync(NewJob job, string requestId)
    {
        RedisKey[] keys = [_keys.Job(job.Id), _keys.Jobs, _keys.Request(requestId)];
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.CreateJob, keys,
            [job.Id, job.Specification, job.DisplayName, job.Created, job.ShardCount, job.StopAfter, job.MinimumWorkers,
             job.MaximumWorkers, (long)RequestLife.TotalMilliseconds]));
        return (reply.Code == "TAKEN", reply.Values[0]);
    }

    /// <summary>Reads a job; null when there is none.</summary>
    public async Task<JobRecord?> ReadAsync(string job)
    {
        var entries = await Meta.HashGetAllAsync(_keys.Job(job));
        return entries.Any(entry => entry.Name == "state")
            ? new(entries.ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString()))
            : null;
    }

    /// <summary>Identifiers of jobs in order of creation, from <paramref name="skip"/> on.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(int skip, int count) =>
        [.. (await Meta.SortedSetRangeByRankAsync(_keys.Jobs, skip, skip + count - 1)).Select(id => id.ToString())];

    /// <summary>Fixes what the first prepared worker found out about a job.</summary>
    /// <returns>Null when it is accepted or agrees with the first worker's, otherwise what differs.</returns>
    public async Task<string?> InitializeAsync(string job, JobInitialization facts)
    {
        RedisKey[] keys = [_keys.Job(job), _keys.Log(job), _keys.Hashes(job)];
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.InitializeJob, keys,
            [facts.Images, facts.StepsPerEpoch, facts.StepsTotal, facts.BaseStep, facts.BaseHash, facts.Manifest,
             facts.NumericClass, facts.VectorLength]));
        return reply.Code == "OK" ? null : $"{reply.Values[0]} is {reply.Values[2]} here, {reply.Values[1]} on the first worker";
    }

    /// <summary>Begins a new membership generation.</summary>
    /// <returns>The generation and the running step; null when the caller's view is of the past.</returns>
    public async Task<(long Generation, long Step)?> BumpGenerationAsync(string job, GenerationChange change)
    {
        RedisKey[] keys = [_keys.Job(job), _keys.Members(job), _keys.Recoveries(job), _keys.History(job)];
        List<RedisValue> arguments =
            [change.Term?.ToString() ?? "", change.ExpectedGeneration, change.Current.Encode(), change.Next.Encode(),
             change.IsStart ? 1 : 0, change.NowMilliseconds, _keys.Events(job), change.Recoveries.Count];
        arguments.AddRange(change.Recoveries.Select(row => (RedisValue)row));
        foreach (var (incarnation, row) in change.History)
        {
            arguments.AddRange([incarnation, row]);
        }

        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.BumpGeneration, keys, [.. arguments]));
        return reply.Code == "OK" ? (long.Parse(reply.Values[0]), long.Parse(reply.Values[1])) : null;
    }

    /// <summary>Moves a job to another state if it is in one of <paramref name="from"/>.</summary>
    /// <returns>Whether it moved.</returns>
    public async Task<bool> ChangeStateAsync(string job, StateChange change, IReadOnlyList<JobState> from, params (string Field, string Value)[] fields)
    {
        List<RedisValue> arguments =
            [change.Generation?.ToString() ?? "", change.Step?.ToString() ?? "", change.State.ToString(), change.Reason, change.Message,
             change.NowMilliseconds, _keys.Events(job), string.Join(',', from)];
        arguments.AddRange(fields.SelectMany(pair => new RedisValue[] { pair.Field, pair.Value }));
        var reply = Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.ChangeState, [_keys.Job(job)], [.. arguments]));
        return reply.Code == "OK";
    }

    /// <summary>Stores facts about a job, fenced by generation and membership where they are given.</summary>
    public async Task<bool> SetFieldsAsync(string job, long? generation, string incarnation, params (string Field, string Value)[] fields)
    {
        List<RedisValue> arguments = [generation?.ToString() ?? "", incarnation, _keys.Events(job)];
        arguments.AddRange(fields.SelectMany(pair => new RedisValue[] { pair.Field, pair.Value }));
        RedisKey[] keys = [_keys.Job(job), _keys.Members(job)];
        return Reply.From(await Meta.ScriptEvaluateAsync(LuaScripts.SetFields, keys, [.. arguments])).Code == "OK";
    }

    /// <summary>Metric rows (JSON) from an index on.</summary>
    public async Task<IReadOnlyList<string>> ReadMetricsAsync(string job, long start, int count) =>
        [.. (await Meta.ListRangeAsync(_keys.Metrics(job), start, start + count - 1)).Select(row => row.ToString())];

    /// <summary>The steps that the log says are committed, in its order.</summary>
    public async Task<IReadOnlyList<long>> ReadCommittedStepsAsync(string job) =>
        [.. (await Meta.ListRangeAsync(_keys.Log(job), 1)).Select(entry => StepEntry.Parse(entry.ToString()).Step)];

    /// <summary>Everybody who took part, with a row (JSON) each.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadHistoryAsync(string job) =>
        (await Meta.HashGetAllAsync(_keys.History(job))).ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString());

    /// <summary>Writes the row of somebody who takes part.</summary>
    public Task WriteHistoryAsync(string job, string incarnation, string row) => Meta.HashSetAsync(_keys.History(job), incarnation, row);

    /// <summary>Rows (JSON) of lost incarnations, in order.</summary>
    public async Task<IReadOnlyList<string>> ReadRecoveriesAsync(string job) =>
        [.. (await Meta.ListRangeAsync(_keys.Recoveries(job))).Select(row => row.ToString())];

    /// <summary>Completes the row of a lost incarnation.</summary>
    public Task WriteRecoveryAsync(string job, long index, string row) => Meta.ListSetByIndexAsync(_keys.Recoveries(job), index, row);

    /// <summary>Appends a line for people; the newest 2,000 are kept.</summary>
    public async Task AppendLineAsync(string job, string line)
    {
        var length = await Meta.ListRightPushAsync(_keys.Lines(job), line);
        if (length > LinesMaximum)
        {
            await Meta.ListTrimAsync(_keys.Lines(job), -LinesMaximum, -1);
        }
    }

    /// <summary>Lines for people from an index on.</summary>
    public async Task<IReadOnlyList<string>> ReadLinesAsync(string job, long start) =>
        [.. (await Meta.ListRangeAsync(_keys.Lines(job), start, -1)).Select(row => row.ToString())];

    /// <summary>Notes files that do not decode, at most 100.</summary>
    public async Task AddBadFilesAsync(string job, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (await Meta.SetLengthAsync(_keys.BadFiles(job)) < 100)
            {
                await Meta.SetAddAsync(_keys.BadFiles(job), name);
            }
        }
    }

    /// <summary>Files that do not decode, in ordinal order.</summary>
    public async Task<IReadOnlyList<string>> ReadBadFilesAsync(string job) =>
        [.. (await Meta.SetMembersAsync(_keys.BadFiles(job))).Select(name => name.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>Leaves nothing of an ended job but its record, and gives that a life span.</summary>
    public async Task CleanUpAsync(string job, long lastStep)
    {
        var keys = new List<RedisKey> { _keys.Members(job), _keys.Hashes(job) };
        for (var step = Math.Max(0, lastStep - 4); step <= lastStep + 1; step++)
        {
            keys.AddRange([_keys.Shards(job, step), _keys.Nodes(job, step), _keys.Reduced(job, step)]);
        }

        await Meta.KeyDeleteAsync([.. keys]);
        await DeletePayloadsAsync(job);
        foreach (var key in RecordKeys(job))
        {
            await Meta.KeyExpireAsync(key, RecordLife);
        }
    }

    /// <summary>Removes the record of a job.</summary>
    public async Task DeleteAsync(string job)
    {
        await Meta.KeyDeleteAsync(RecordKeys(job));
        await Meta.SortedSetRemoveAsync(_keys.Jobs, job);
    }

    /// <summary>Also what dead members left behind, which would otherwise stay until its life span ends.</summary>
    private async Task DeletePayloadsAsync(string job)
    {
        foreach (var server in connections.DataServers)
        {
            await foreach (var key in server.KeysAsync(pattern: _keys.Payloads(job), pageSize: 1000))
            {
                await connections.Data.KeyDeleteAsync(key);
            }
        }
    }

    private RedisKey[] RecordKeys(string job) =>
        [_keys.Job(job), _keys.Log(job), _keys.Metrics(job), _keys.Recoveries(job), _keys.History(job), _keys.Lines(job), _keys.BadFiles(job)];
}
