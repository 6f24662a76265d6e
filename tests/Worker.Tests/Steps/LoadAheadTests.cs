using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Tests.Steps;

/// <summary>What is loaded while a shard is computed, and that nothing else than time depends on it.</summary>
public sealed class LoadAheadTests
{
    private readonly List<(long Step, int Shard)> _asked = [];

    [Fact]
    public async Task The_next_two_shards_are_loaded_while_one_is_computed_over_the_end_of_a_step()
    {
        await using var loads = new LoadAhead(LoadAsync, stepsTotal: 3);
        loads.Expect(new(4, 3));

        var first = await loads.TakeAsync(0, 4, CancellationToken.None);
        var asked = _asked.ToArray();
        await loads.TakeAsync(0, 5, CancellationToken.None);
        await loads.TakeAsync(0, 6, CancellationToken.None);

        first.Digest.ShouldBe("0/4");
        asked.ShouldBe([(0, 4), (0, 5), (0, 6)]);
        _asked.ShouldBe([(0, 4), (0, 5), (0, 6), (1, 4), (1, 5)]);
    }

    [Fact]
    public async Task After_a_change_of_the_plan_a_shard_is_what_it_is()
    {
        await using var loads = new LoadAhead(LoadAsync, stepsTotal: 9);
        loads.Expect(new(0, 4));
        await loads.TakeAsync(5, 0, CancellationToken.None);
        loads.Expect(new(6, 2));

        (await loads.TakeAsync(5, 6, CancellationToken.None)).Digest.ShouldBe("5/6");
        (await loads.TakeAsync(5, 1, CancellationToken.None)).Digest.ShouldBe("5/1");
        (await loads.TakeAsync(2, 7, CancellationToken.None)).Digest.ShouldBe("2/7");

        _asked.ShouldBe([(5, 0), (5, 1), (5, 2), (5, 6), (5, 7), (6, 6), (5, 1), (2, 7), (3, 6), (3, 7)]);
    }

    [Fact]
    public async Task Nothing_is_loaded_beyond_the_last_step()
    {
        await using var loads = new LoadAhead(LoadAsync, stepsTotal: 2);
        loads.Expect(new(0, 1));

        await loads.TakeAsync(0, 0, CancellationToken.None);
        await loads.TakeAsync(1, 0, CancellationToken.None);

        _asked.ShouldBe([(0, 0), (1, 0)]);
    }

    [Fact]
    public async Task A_failure_that_was_met_ahead_is_tried_again_when_the_shard_is_needed()
    {
        var isAway = true;
        await using var loads = new LoadAhead(
            (step, shard, cancellationToken) => shard == 1 && isAway
                ? Task.FromException<LoadedShard>(new IOException("The disk is away.")) : LoadAsync(step, shard, cancellationToken),
            stepsTotal: 2);
        loads.Expect(new(0, 2));
        await loads.TakeAsync(0, 0, CancellationToken.None);

        await Should.ThrowAsync<IOException>(() => loads.TakeAsync(0, 1, CancellationToken.None));
        isAway = false;

        (await loads.TakeAsync(0, 1, CancellationToken.None)).Digest.ShouldBe("0/1");
    }

    [Fact]
    public async Task Its_end_waits_for_what_is_under_way()
    {
        var isOver = false;
        var loads = new LoadAhead(
            async (step, shard, cancellationToken) =>
            {
                if (shard > 0)
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => isOver = true, TaskScheduler.Default);
                }

                return await LoadAsync(step, shard, cancellationToken);
            },
            stepsTotal: 2);
        loads.Expect(new(0, 2));
        await loads.TakeAsync(0, 0, CancellationToken.None);

        await loads.DisposeAsync();

        isOver.ShouldBeTrue();
    }

    private Task<LoadedShard> LoadAsync(long step, int shard, CancellationToken cancellationToken)
    {
        _asked.Add((step, shard));
        return Task.FromResult(new LoadedShard([], [], [], $"{step}/{shard}", 0, []));
    }
}
