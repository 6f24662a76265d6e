using CsCheck;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Redis.Tests.Model;

/// <summary>
/// Random calls of every fenced transition: right ones, repeats, stale and future generations, terms and steps, strangers, overlaps,
/// other bytes, lost bytes.
/// </summary>
internal static class StoreCalls
{
    public const int Shards = 4;
    public const int Chunks = 2;
    public const int Blocks = 5;
    public static readonly string[] Incarnations = ["one", "two", "three", "stranger"];
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private static readonly Gen<string> Incarnation = Gen.Frequency((8, OneOf("one", "two")), (2, OneOf("three", "stranger")));
    private static readonly Gen<int> Near = Gen.Frequency((8, Gen.Const(0)), (1, Gen.Const(-1)), (1, Gen.Const(1)));
    private static readonly Gen<string> Digest = Gen.Frequency((7, Gen.Const("d0")), (2, Gen.Const("d1")), (1, Gen.Const("d2")));
    private static readonly Gen<string> Key = Gen.Frequency((2, Gen.Const("")), (6, Gen.Int[0, 9].Select(number => $"key{number}")));

    /// <summary>A sequence: the job is there and runs, then anything may come.</summary>
    public static Gen<StoreCall[]> Sequence { get; } =
        Gen.Frequency(
                (2, PublishShards), (2, PublishNodes), (2, PublishReduced), (3, PublishAll), (2, Bump), (1, Verify), (1, ChangeState),
                (1, SetFields), (1, Claim), (1, Control), (1, Initialize), (1, Create), (1, Forget), (1, Leadership), (1, Leases), (1, Peer), (1, Nccl))
            .Array[1, 24].Select(calls => (StoreCall[])[.. Prologue, .. calls]);

    /// <summary>A sequence of an embedding job, whose steps are blocks that are done.</summary>
    public static Gen<StoreCall[]> BlockSequence { get; } =
        Gen.Frequency((5, LeaseBlock), (5, CompleteBlock), (2, Bump), (1, ChangeState), (1, Control))
            .Array[1, 30].Select(calls => (StoreCall[])[.. Prologue, .. calls]);

    private static StoreCall[] Prologue =>
        [CreateOf("request-0", 0), InitializeOf(0, "hash-0", "manifest"), BumpOf(0, 1, ["one", "two"], isStart: true, isLoss: false)];

    private static Gen<ShardPointer> Shard =>
        from shard in Gen.Int[0, Shards - 1]
        from replaced in Gen.Int[0, 1]
        from digest in Digest
        from key in Key
        select new ShardPointer(shard, $"s{shard}", replaced, new(digest, key));

    private static Gen<NodePointer> Node =>
        from chunk in Gen.Int[0, Chunks - 1]
        from start in Gen.Int[0, Shards - 1]
        from count in Gen.Int[1, Shards - start]
        from digest in Digest
        from key in Gen.Int[0, 9]
        select new NodePointer(chunk, new TreeNode(start, count), new(digest, $"key{key}"));

    private static Gen<ChunkPointer> Chunk =>
        from chunk in Gen.Int[0, Chunks - 1]
        from digest in Digest
        from key in Key
        select new ChunkPointer(chunk, new(digest, key));

    private static Gen<StoreCall> PublishShards =>
        from incarnation in Incarnation
        from generation in Near
        from step in Near
        from pointers in Shard.Array[1, 4]
        select Fenced($"shards {incarnation} {string.Join(' ', pointers.AsEnumerable())}", generation, step, async (store, job, at) =>
        {
            var (outcome, different) = await store.Steps(job, incarnation).PublishShardsAsync(at.Generation, at.Step, pointers, Life);
            return $"{outcome} {different}";
        });

    private static Gen<StoreCall> PublishNodes =>
        from incarnation in Incarnation
        from generation in Near
        from step in Near
        from pointers in Node.Array[1, 4]
        select Fenced($"nodes {incarnation} {string.Join(' ', pointers.AsEnumerable())}", generation, step, async (store, job, at) =>
            (await store.Steps(job, incarnation).PublishNodesAsync(at.Generation, at.Step, pointers, Life)).ToString());

    private static Gen<StoreCall> LeaseBlock => Incarnation.Select(incarnation => new StoreCall($"lease a block to {incarnation}", async (store, job) =>
        $"{await store.Blocks(job, incarnation).LeaseAsync(Blocks)}"));

    private static Gen<StoreCall> CompleteBlock =>
        from incarnation in Incarnation
        from block in Gen.Int[0, Blocks - 1]
        from digest in Digest
        select new StoreCall($"block {block} of {incarnation} is {digest}", async (store, job) =>
            $"{await store.Blocks(job, incarnation).CompleteAsync(block, digest, 0.5)}");

    private static Gen<StoreCall> PublishReduced =>
        from incarnation in Incarnation
        from generation in Near
        from step in Near
        from pointers in Chunk.Array[1, 3]
        select Fenced($"reduced {incarnation} {string.Join(' ', pointers.AsEnumerable())}", generation, step, async (store, job, at) =>
            $"{await store.Steps(job, incarnation).PublishReducedAsync(at.Generation, at.Step, pointers, Chunks, Shards, 0.25, Life)}");

    /// <summary>All shards and all chunks, which commits where it is allowed.</summary>
    private static Gen<StoreCall> PublishAll =>
        from incarnation in Incarnation
        from generation in Near
        from digest in Digest
        select Fenced($"everything {incarnation} {digest}", generation, 0, async (store, job, at) =>
        {
            var steps = store.Steps(job, incarnation);
            var all = Enumerable.Range(0, Shards).Select(shard => new ShardPointer(shard, $"s{shard}", 0, new(digest, "k")));
            var shards = await steps.PublishShardsAsync(at.Generation, at.Step, [.. all], Life);
            var reduced = await steps.PublishReducedAsync(
                at.Generation, at.Step, [.. Enumerable.Range(0, Chunks).Select(chunk => new ChunkPointer(chunk, new(digest, "k")))],
                Chunks, Shards, 0.5, Life);
            return $"{shards} {reduced}";
        });

    private static Gen<StoreCall> Bump =>
        from generation in Near
        from term in Gen.Int[0, 3]
        from members in Gen.Int[1, 7]
        from isStart in Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true)))
        from isLoss in Gen.Bool
        select BumpOf(generation, term, [.. Incarnations.Take(3).Where((_, index) => (members & (1 << index)) != 0)], isStart, isLoss);

    private static Gen<StoreCall> Verify =>
        from incarnation in Incarnation
        from step in Gen.Frequency((6, Gen.Const(0)), (2, Gen.Const(-1)), (1, Gen.Const(1)))
        from hash in Gen.Frequency((6, Gen.Const("hash-a")), (1, Gen.Const("hash-b")), (1, Gen.Const("")))
        from metrics in OneOf("", "{}")
        from isDecisive in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)))
        select Fenced($"verify {incarnation} {hash} decisive {isDecisive}", 0, step, async (store, job, at) =>
        {
            var report = new StateReport(at.Step, hash, $"name-{incarnation}", metrics, 0.5, 7, isDecisive);
            return $"{await store.Steps(job, incarnation).VerifyStateAsync(report)}";
        });

    private static Gen<StoreCall> Claim => Gen.Int[0, 4].Select(term => Fenced($"claim {term}", 0, 0, async (store, job, _) =>
        $"{await store.Jobs.ClaimAsync(job, term)}"));

    private static Gen<StoreCall> Control =>
        from verb in Gen.Frequency((5, OneOf(ControlVerb.Pause, ControlVerb.Resume)), (1, OneOf(ControlVerb.Cancel, ControlVerb.Delete)))
        from request in Gen.Int[0, 3]
        select new StoreCall($"{verb} by request {request}", async (store, job) =>
        {
            var id = request == 0 ? "" : $"{job}-control-{request}";
            return $"{await store.Jobs.ControlAsync(job, new(verb, id, 8, "Wish", "A client wishes it."))}";
        });

    private static Gen<StoreCall> ChangeState =>
        from state in Gen.Frequency((4, OneOf(JobState.Queued, JobState.Paused)), (1, OneOf(JobState.Succeeded, JobState.Cancelled)))
        from fence in Gen.Int[0, 3]
        from generation in Near
        from step in Near
        from term in Gen.Int[0, 3]
        from mask in Gen.Int[1, 63]
        select Fenced($"state {state} fence {fence} term {term} from {mask}", generation, step, async (store, job, at) =>
            (await store.Jobs.ChangeStateAsync(
                job,
                new(state, 9, "Because", "It is so.", (fence & 1) != 0 ? at.Generation : null, (fence & 2) != 0 ? at.Step : null,
                    term == 0 ? null : term),
                [.. Enum.GetValues<JobState>().Where((_, index) => (mask & (1 << index)) != 0)],
                ("pauseRequested", "0"))).ToString());

    private static Gen<StoreCall> SetFields =>
        from incarnation in Gen.Frequency((1, Gen.Const("")), (3, Incarnation))
        from isFenced in Gen.Bool
        from generation in Near
        from value in Gen.Int[0, 9]
        select Fenced($"fields {incarnation} fenced {isFenced} {value}", generation, 0, async (store, job, at) =>
        {
            (string, string)[] fields = [("retainFrom", $"{value}"), ("snapshot", $"{value}")];
            return $"{await store.Jobs.SetFieldsAsync(job, isFenced ? at.Generation : null, incarnation, fields)}";
        });

    private static Gen<StoreCall> Initialize =>
        from baseStep in Gen.Int[0, 1]
        from hash in OneOf("hash-0", "hash-x")
        from manifest in OneOf("manifest", "manifest", "other")
        select InitializeOf(baseStep, hash, manifest);

    private static Gen<StoreCall> Create =>
        from request in Gen.Int[0, 2]
        from created in Gen.Int[0, 5]
        select CreateOf($"request-{request}", created);

    private static Gen<StoreCall> Forget => Gen.Int[-2, 0].Select(step => Fenced("forget", 0, step, async (store, job, at) =>
    {
        await store.Steps(job, "one").ForgetStepAsync(at.Step);
        return "";
    }));

    private static Gen<StoreCall> Leadership =>
        from name in OneOf("a", "b")
        from isRelease in Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true)))
        select new StoreCall($"leadership {name} release {isRelease}", async (store, _) =>
        {
            if (!isRelease)
            {
                return $"{await store.Leases.AcquireLeadershipAsync(name, Life)} {await store.Leases.ReadLeaderAsync()}";
            }

            await store.Leases.ReleaseLeadershipAsync(name);
            return $"{await store.Leases.ReadLeaderAsync()}";
        });

    private static Gen<StoreCall> Leases =>
        from name in Incarnation
        from isRelease in Gen.Bool
        select new StoreCall($"lease {name} release {isRelease}", async (store, job) =>
        {
            await (isRelease ? store.Leases.ReleaseAsync(job + name) : store.Leases.RenewAsync(job + name, Life));
            var held = await store.Leases.HeldAsync([.. Incarnations.Select(other => job + other)]);
            return string.Join(',', held.Order(StringComparer.Ordinal));
        });

    private static Gen<StoreCall> Peer =>
        from incarnation in Incarnation
        from generation in Near
        from number in Gen.Int[0, 9]
        from isWithdrawal in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)))
        select Fenced($"peer {incarnation} at {number} withdraws {isWithdrawal}", generation, 0, async (store, job, at) =>
        {
            var peers = store.Peers(job, incarnation);
            if (!isWithdrawal)
            {
                return await peers.RegisterAsync(at.Generation, $"host:{number}", $"secret{number}", Life) ?? "refused";
            }

            await peers.WithdrawAsync();
            return "";
        });

    private static Gen<StoreCall> Nccl =>
        from fact in Gen.Int[0, 2]
        from generation in Near
        from number in Gen.Int[0, 9]
        select Fenced($"nccl fact {fact} is {number}", generation, 0, async (store, job, at) =>
        {
            var said = await store.Nccl(job).AgreeAsync(at.Generation, $"fact{fact}", $"{number}", Life) ?? "refused";
            var known = await store.Nccl(job).ReadAsync(at.Generation) ?? new Dictionary<string, string>();
            return $"{said} {string.Join(',', known.Select(entry => $"{entry}").Order(StringComparer.Ordinal))}";
        });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static StoreCall CreateOf(string request, long created) => new($"create {request} {created}", async (store, job) =>
        $"{await store.Jobs.CreateAsync(new(job, "{}", "name", created, Shards, 0, 1, 3), job + request)}");

    private static StoreCall InitializeOf(long baseStep, string hash, string manifest) =>
        Fenced($"initialize {baseStep} {hash} {manifest}", 0, 0, async (store, job, _) =>
            await store.Jobs.InitializeAsync(job, new(100, 5, 10, baseStep, hash, manifest, "class", 32)) ?? "agrees");

    private static StoreCall BumpOf(int generation, int term, string[] members, bool isStart, bool isLoss) =>
        Fenced($"bump by term {term} to {string.Join(',', members)} start {isStart} loss {isLoss}", generation, 0, async (store, job, at) =>
        {
            var assignment = ShardAssignment.Weighted(Shards, members, [.. members.Select(_ => 1.0)]);
            var change = new GenerationChange(
                term == 0 ? null : term, at.Generation, assignment, assignment, isStart, 5, isLoss ? ["{}"] : [],
                isLoss ? new Dictionary<string, string> { ["three"] = $"row{term}" } : [])
            {
                Transport = new($"transport{term}", $"why{term}"),
            };
            return $"{await store.Jobs.BumpGenerationAsync(job, change)}";
        });

    /// <summary>A call relative to the generation and step that the job has now.</summary>
    private static StoreCall Fenced(
        string what, int generation, int step, Func<IFleetStore, string, (long Generation, long Step), Task<string>> answerAsync) =>
        new($"{what} (generation {generation:+0;-0}, step {step:+0;-0})", async (store, job) =>
        {
            return await store.Jobs.ReadAsync(job) is { } record
                ? await answerAsync(store, job, (record.Generation + generation, record.Step + step))
                : "no job";
        });
}
