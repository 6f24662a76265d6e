using System.Text.RegularExpressions;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>Jobs in memory; the fenced methods are the scripts of the same name, line by line.</summary>
internal sealed partial class MemoryJobStore(MemoryKeys keys) : IJobStore
{
    private static readonly TimeSpan RequestLife = TimeSpan.FromHours(24);
    private static readonly TimeSpan RecordLife = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public Task<IJobEvents> SubscribeAsync(string job) => Task.FromResult<IJobEvents>(keys.Subscribe(new MemoryJobKeys(job).Events));

    /// <summary>create_job.lua.</summary>
    public Task<CreateAnswer> CreateAsync(NewJob job, string requestId)
    {
        var names = new MemoryJobKeys(job.Id);
        if (keys.Text(MemoryJobKeys.Request(requestId)) is { } before)
        {
            return Task.FromResult(new CreateAnswer(CreateOutcome.Repeated, before));
        }

        if (keys.Exists(names.Job))
        {
            return Task.FromResult(new CreateAnswer(CreateOutcome.Taken, job.Id));
        }

        if (job.Tenant.Length > 0 && MemoryTenant.Refuses(keys, job) is { } refusal)
        {
            return Task.FromResult(new CreateAnswer(refusal, job.Id));
        }

        var record = keys.OpenHash(names.Job);
        (string, string)[] fields =
            [("id", job.Id), ("spec", job.Specification), ("displayName", job.DisplayName), ("created", $"{job.Created}"),
             ("shards", $"{job.ShardCount}"), ("stopAfter", $"{job.StopAfter}"), ("minimum", $"{job.MinimumWorkers}"),
             ("maximum", $"{job.MaximumWorkers}"), ("priority", $"{job.Priority}"), ("state", "Queued"), ("generation", "0"), ("term", "0"), ("step", "0"),
             ("tenant", job.Tenant), ("runningMaximum", $"{job.Quota?.Running ?? 0}")];
        Store(record, fields);
        keys.OpenHash(MemoryJobKeys.Jobs)[job.Id] = $"{job.Created}";
        keys.SetText(MemoryJobKeys.Request(requestId), job.Id, RequestLife);
        return Task.FromResult(new CreateAnswer(CreateOutcome.Created, job.Id));
    }

    /// <inheritdoc/>
    public Task<JobRecord?> ReadAsync(string job)
    {
        var record = keys.Hash(new MemoryJobKeys(job).Job);
        return Task.FromResult(record.ContainsKey("state") ? new JobRecord(new Dictionary<string, string>(record)) : null);
    }

    /// <inheritdoc/>
    public Task<JobHead?> ReadHeadAsync(string job)
    {
        var record = keys.Hash(new MemoryJobKeys(job).Job);
        return Task.FromResult(record.TryGetValue("state", out var state)
            ? new JobHead(Enum.Parse<JobState>(state), long.Parse(record["generation"]), long.Parse(record["step"]))
            : null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAsync(int skip, int count) => Task.FromResult<IReadOnlyList<string>>(
        [.. keys.Hash(MemoryJobKeys.Jobs).OrderBy(entry => long.Parse(entry.Value)).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key).Skip(skip).Take(count)]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAfterAsync(long created, string id, int count) => Task.FromResult<IReadOnlyList<string>>(
        [.. keys.Hash(MemoryJobKeys.Jobs).Select(entry => (Id: entry.Key, Created: long.Parse(entry.Value)))
            .Where(job => id.Length == 0 || job.Created > created || (job.Created == created && string.CompareOrdinal(job.Id, id) > 0))
            .OrderBy(job => job.Created).ThenBy(job => job.Id, StringComparer.Ordinal).Select(job => job.Id).Take(count)]);

    /// <summary>initialize_job.lua.</summary>
    public Task<string?> InitializeAsync(string job, JobInitialization facts)
    {
        var names = new MemoryJobKeys(job);
        var record = keys.OpenHash(names.Job);
        (string Name, string Value)[] fields =
            [("images", $"{facts.Images}"), ("stepsPerEpoch", $"{facts.StepsPerEpoch}"), ("stepsTotal", $"{facts.StepsTotal}"),
             ("manifest", facts.Manifest), ("numericClass", facts.NumericClass), ("vectorLength", $"{facts.VectorLength}")];
        if (record.ContainsKey("manifest"))
        {
            var compared = record["baseStep"] == $"{facts.BaseStep}" ? fields.Append((Name: "baseHash", Value: facts.BaseHash)) : fields;
            var different = compared.FirstOrDefault(field => record[field.Name] != field.Value);
            var shown = different.Name == "baseHash" ? "stateHash" : different.Name;
            return Task.FromResult(different.Name is null
                ? null
                : $"{shown} is {different.Value} here, {record[different.Name]} on the first worker");
        }

        Store(record, [.. fields, ("baseStep", $"{facts.BaseStep}"), ("baseHash", facts.BaseHash), ("step", $"{facts.BaseStep}"),
            ("stateHash", facts.BaseHash), ("stateStep", $"{facts.BaseStep}")]);
        keys.OpenList(names.Log).Add($"{facts.BaseStep}|{facts.BaseHash}|{facts.Manifest}");
        keys.OpenHash(names.Hashes(facts.BaseStep))["="] = facts.BaseHash;
        keys.Expire(names.Hashes(facts.BaseStep), TimeSpan.FromMinutes(10));
        return Task.FromResult<string?>(null);
    }

    /// <summary>bump_generation.lua.</summary>
    public Task<(long Generation, long Step)?> BumpGenerationAsync(string job, GenerationChange change)
    {
        var names = new MemoryJobKeys(job);
        var record = keys.OpenHash(names.Job);
        var generation = long.Parse(record.GetValueOrDefault("generation", "0"));
        var isPast = change.Term < long.Parse(record.GetValueOrDefault("term", "0")) || change.ExpectedGeneration != generation;
        var state = record.GetValueOrDefault("state", "");
        if (isPast || (change.IsStart ? state is not ("Queued" or "Running") : state != "Running"))
        {
            return Task.FromResult<(long, long)?>(null);
        }

        if (change.IsStart)
        {
            Store(record, [("state", "Running"), ("reason", ""), ("message", "")]);
            record.TryAdd("started", $"{change.NowMilliseconds}");
        }

        if (change.Term is { } term)
        {
            record["term"] = $"{term}";
        }

        var step = long.Parse(record["step"]);
        Store(record, [("generation", $"{generation + 1}"), ("planStep", $"{step}"), ("planCurrent", change.Current.Encode()), ("planNext", change.Next.Encode()),
            ("transport", change.Transport.Name), ("transportWhy", change.Transport.Why)]);
        keys.Delete(names.Members);
        foreach (Match member in MemberPattern().Matches($"{change.Current.Encode()},{change.Next.Encode()}"))
        {
            keys.OpenHash(names.Members)[member.Groups["member"].Value] = "1";
        }

        if (change.Recoveries.Count > 0)
        {
            keys.OpenList(names.Recoveries).AddRange(change.Recoveries);
        }

        foreach (var (incarnation, row) in change.History)
        {
            keys.OpenHash(names.History)[incarnation] = row;
            if (!keys.Hash(names.Members).ContainsKey(incarnation) && keys.Exists(names.Peers))
            {
                keys.OpenHash(names.Peers).Remove(incarnation);
            }
        }

        keys.Publish(names.Events);
        return Task.FromResult<(long, long)?>((generation + 1, step));
    }

    /// <summary>change_state.lua.</summary>
    public Task<bool> ChangeStateAsync(string job, StateChange change, IReadOnlyList<JobState> from, params (string Field, string Value)[] fields)
    {
        var names = new MemoryJobKeys(job);
        if (!keys.Hash(names.Job).TryGetValue("state", out var state) || !from.Any(allowed => allowed.ToString() == state))
        {
            return Task.FromResult(false);
        }

        var record = keys.OpenHash(names.Job);
        if (change.Term < long.Parse(record.GetValueOrDefault("term", "0")))
        {
            return Task.FromResult(false);
        }

        if ((change.Generation is { } generation && record["generation"] != $"{generation}") || (change.Step is { } step && record["step"] != $"{step}"))
        {
            return Task.FromResult(false);
        }

        Store(record, [("state", change.State.ToString()), ("reason", change.Reason), ("message", change.Message)]);
        if (change.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
        {
            record["ended"] = $"{change.NowMilliseconds}";
        }

        if (state == "Running" && change.State is JobState.Queued or JobState.Paused)
        {
            Store(record, [("generation", $"{long.Parse(record["generation"]) + 1}"), ("planCurrent", ""), ("planNext", ""), ("pauseRequested", "0"),
                ("pauseReason", ""), ("pauseMessage", ""), ("snapshotWanted", ""), ("snapshot", ""), ("retainFrom", "-1")]);
            keys.Delete(names.Members);
        }

        Store(record, fields);
        keys.Publish(names.Events);
        return Task.FromResult(true);
    }

    /// <summary>claim_job.lua.</summary>
    public Task<bool> ClaimAsync(string job, long term)
    {
        var names = new MemoryJobKeys(job);
        if (!keys.Hash(names.Job).TryGetValue("term", out var known) || term < long.Parse(known))
        {
            return Task.FromResult(false);
        }

        keys.OpenHash(names.Job)["term"] = $"{term}";
        return Task.FromResult(true);
    }

    /// <summary>control_job.lua.</summary>
    public Task<ControlOutcome> ControlAsync(string job, JobControl control)
    {
        var names = new MemoryJobKeys(job);
        if (control.RequestId.Length > 0 && keys.Text(MemoryJobKeys.Request(control.RequestId)) is not null)
        {
            return Task.FromResult(ControlOutcome.Repeated);
        }

        if (!keys.Hash(names.Job).TryGetValue("state", out var text))
        {
            return Task.FromResult(ControlOutcome.Missing);
        }

        var record = new JobRecord(keys.Hash(names.Job));
        if (control.Tenant.Length > 0 && control.Tenant != record.Tenant)
        {
            return Task.FromResult(ControlOutcome.Missing);
        }

        if (control.Etag.Length > 0 && control.Etag != record.Etag)
        {
            return Task.FromResult(ControlOutcome.Changed);
        }

        if (!MemoryJobControl.TryApply(keys, names, Enum.Parse<JobState>(text), control))
        {
            return Task.FromResult(ControlOutcome.WrongState);
        }

        if (control.Verb != ControlVerb.Delete)
        {
            keys.OpenHash(names.Job)["revision"] = $"{long.Parse(keys.Hash(names.Job).GetValueOrDefault("revision", "0")) + 1}";
        }

        if (control.RequestId.Length > 0)
        {
            keys.SetText(MemoryJobKeys.Request(control.RequestId), control.Verb.ToString(), RequestLife);
        }

        keys.Publish(names.Events);
        return Task.FromResult(ControlOutcome.Done);
    }

    /// <summary>set_fields.lua.</summary>
    public Task<bool> SetFieldsAsync(string job, long? generation, string incarnation, params (string Field, string Value)[] fields)
    {
        var names = new MemoryJobKeys(job);
        var isPast = (generation is { } expected && keys.Hash(names.Job).GetValueOrDefault("generation") != $"{expected}")
            || (incarnation.Length > 0 && !keys.Hash(names.Members).ContainsKey(incarnation));
        if (isPast || !keys.Exists(names.Job))
        {
            return Task.FromResult(false);
        }

        Store(keys.OpenHash(names.Job), fields);
        keys.Publish(names.Events);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadMetricsAsync(string job, long start, int count) =>
        Task.FromResult<IReadOnlyList<string>>([.. keys.List(new MemoryJobKeys(job).Metrics).Skip((int)start).Take(count)]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ReadCommittedStepsAsync(string job) => Task.FromResult<IReadOnlyList<long>>(
        [.. keys.List(new MemoryJobKeys(job).Log).Skip(1).Select(entry => StepEntry.Parse(entry).Step)]);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> ReadHistoryAsync(string job) => Task.FromResult<IReadOnlyDictionary<string, string>>(
        new Dictionary<string, string>(keys.Hash(new MemoryJobKeys(job).History)));

    /// <inheritdoc/>
    public Task WriteHistoryAsync(string job, string incarnation, string row)
    {
        keys.OpenHash(new MemoryJobKeys(job).History)[incarnation] = row;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadRecoveriesAsync(string job) =>
        Task.FromResult<IReadOnlyList<string>>([.. keys.List(new MemoryJobKeys(job).Recoveries)]);

    /// <inheritdoc/>
    public Task WriteRecoveryAsync(string job, long index, string row)
    {
        keys.OpenList(new MemoryJobKeys(job).Recoveries)[(int)index] = row;
        return Task.CompletedTask;
    }

    /// <summary>append_line.lua.</summary>
    public Task AppendLineAsync(string job, string line)
    {
        var names = new MemoryJobKeys(job);
        if (!keys.Exists(names.Job))
        {
            return Task.CompletedTask;
        }

        var lines = keys.OpenList(names.Lines);
        lines.Add(line);
        var surplus = Math.Max(0, lines.Count - 2000);
        if (surplus > 0)
        {
            lines.RemoveRange(0, surplus);
            keys.OpenHash(names.Job)["linesDropped"] = $"{Dropped(names) + surplus}";
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<LinePage> ReadLinesAsync(string job, long start, int count)
    {
        var names = new MemoryJobKeys(job);
        var first = Math.Max(0, start - Dropped(names));
        return Task.FromResult(new LinePage(first + Dropped(names), [.. keys.List(names.Lines).Skip((int)first).Take(count)]));
    }

    /// <inheritdoc/>
    public Task AddBadFilesAsync(string job, IEnumerable<string> names)
    {
        foreach (var name in names.Where(_ => keys.OpenSet(new MemoryJobKeys(job).BadFiles).Count < 100))
        {
            keys.OpenSet(new MemoryJobKeys(job).BadFiles).Add(name);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadBadFilesAsync(string job)
    {
        var key = new MemoryJobKeys(job).BadFiles;
        return Task.FromResult<IReadOnlyList<string>>(keys.Exists(key) ? [.. keys.OpenSet(key)] : []);
    }

    /// <inheritdoc/>
    public Task CleanUpAsync(string job, long lastStep)
    {
        var names = new MemoryJobKeys(job);
        keys.Delete(names.Members);
        keys.Delete(names.Peers);
        keys.Delete(names.Nccl);
        keys.Delete(names.BlockLeases);
        keys.Delete(names.BlocksDone);
        for (var step = Math.Max(0, lastStep - 64); step <= lastStep + 1; step++)
        {
            keys.Delete(names.Shards(step));
            keys.Delete(names.Nodes(step));
            keys.Delete(names.Reduced(step));
            keys.Delete(names.Hashes(step));
        }

        if (keys.Hash(names.Job).ContainsKey("state") && new JobRecord(keys.Hash(names.Job)) is { HasEnded: true, Tenant.Length: > 0 } record)
        {
            MemoryTenant.Forget(keys, record.Tenant, job);
        }

        foreach (var key in keys.DataKeys.Where(key => key.StartsWith(names.Payloads, StringComparison.Ordinal)))
        {
            keys.DeletePayload(key);
        }

        names.Record.ForEach(key => keys.Expire(key, RecordLife));
        return Task.CompletedTask;
    }

    [GeneratedRegex("(?<member>[^:,]+):[0-9]+:[0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MemberPattern();

    private long Dropped(MemoryJobKeys names) => long.Parse(keys.Hash(names.Job).GetValueOrDefault("linesDropped", "0"));

    private static void Store(Dictionary<string, string> record, IEnumerable<(string Name, string Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            record[name] = value;
        }
    }
}
