using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Training.Local;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training.Local;

/// <summary>A round is a pure function of the state, whoever computes its replicas, and does what the paper says.</summary>
public sealed class LocalRoundsTests
{
    private const double LearningRate = 0.05;

    public static TheoryData<string> Names => new(TrainingMethods.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_holders_that_share_the_replicas_reach_the_state_of_one(string method)
    {
        using var one = Make(method);
        using var first = Make(method);
        using var second = Make(method);

        var expected = RoundHolder.Train([one], 0, 2);
        var losses = RoundHolder.Train([first, second], 0, 2);

        losses.ShouldAllBe(loss => double.IsFinite(loss));
        losses.ShouldBe(expected);
        first.Hash(2).ShouldBe(one.Hash(2));
        second.Hash(2).ShouldBe(one.Hash(2));
    }

    [Theory]
    [InlineData("simsiam")]
    [InlineData("byol")]
    public void One_local_step_and_the_plain_mean_are_the_synchronous_step_where_losses_are_of_rows(string method)
    {
        using var synchronous = SmallMethods.Make(method, shards: 4);
        using var local = new RoundHolder(
            SmallMethods.Make(method, shards: 1, batchSize: 4), new(4, 1) { OuterLearningRate = 1, OuterMomentum = 0 });

        var expected = MethodReplica.Train([synchronous], 0, 2, LearningRate);
        var losses = RoundHolder.Train([local], 0, 2);

        for (var step = 0; step < expected.Length; step++)
        {
            losses[step].ShouldBe(expected[step], 1e-4);
        }

        foreach (var (name, tensor) in synchronous.Method.State)
        {
            using var scope = NewDisposeScope();
            var error = (local.StateOf(name).to(float64) - tensor.to(float64)).abs().max().item<double>();
            error.ShouldBeLessThan(1e-4 * Math.Max(1, tensor.to(float64).abs().max().item<double>()), name);
        }
    }

    [Fact]
    public void A_round_is_V_plain_trainings_their_mean_movement_and_a_Nesterov_step()
    {
        const int Replicas = 3;
        const int LocalSteps = 2;
        using var local = new RoundHolder(SmallMethods.Make("simclr", shards: 1, batchSize: 4), new(Replicas, LocalSteps));
        var starts = Copies(local.Rounds.State);
        var plain = Enumerable.Range(0, Replicas).Select(_ => SmallMethods.Make("simclr", shards: 1, batchSize: 4)).ToArray();
        foreach (var (replica, shard) in plain.Select((replica, shard) => (replica, shard)))
        {
            for (var step = 0; step < LocalSteps; step++)
            {
                PlainStep(replica.Method, local.Rounds, shard, step);
            }
        }

        RoundHolder.Train([local], 0, 1, LearningRate);

        var moved = plain[0].Method.TrainedSlices.Select(slice => slice.Name).ToHashSet();
        foreach (var (name, tensor) in local.Rounds.State.Where(entry => !entry.Name.StartsWith("outer.", StringComparison.Ordinal)))
        {
            using var scope = NewDisposeScope();
            var mean = plain.Select(replica => replica.Method.State.First(entry => entry.Name == name).Tensor.detach().to(float64))
                .Aggregate((sum, value) => sum + value) / Replicas;
            var gradient = starts[name].to(float64) - mean;
            var expected = moved.Contains(name) ? starts[name].to(float64) - (0.7 * (gradient + (0.9 * gradient))) : mean;
            (tensor.to(float64) - expected).abs().max().item<double>().ShouldBeLessThan(1e-5, name);
        }

        Array.ForEach(plain, replica => replica.Dispose());
        foreach (var copy in starts.Values)
        {
            copy.Dispose();
        }
    }

    [Fact]
    public void The_bank_takes_the_newest_keys_of_all_replicas_by_age_and_then_by_shard()
    {
        // 20 rows and three replicas: six of the 16 keys that each makes, the newest ones.
        using var local = Make("moco");
        var keys = Enumerable.Range(0, 3).Select(shard =>
        {
            local.TrainReplica(0, shard, LearningRate);
            using var rows = local.Method.Queues[0].Newest(6);
            return rows.data<float>().ToArray();
        }).ToArray();
        local.Rounds.Abandon();

        RoundHolder.Train([local], 0, 1);

        var length = keys[0].Length / 6;
        var bank = local.StateOf("memory_bank.bank").data<float>().ToArray();
        for (var row = 0; row < 18; row++)
        {
            bank[(row * length)..((row + 1) * length)].ShouldBe(keys[row % 3][(row / 3 * length)..((row / 3 + 1) * length)]);
        }

        local.StateOf("memory_bank.bank_ptr").item<long>().ShouldBe(18);
    }

    [Fact]
    public void The_loss_falls()
    {
        using var local = new RoundHolder(SmallMethods.Make("simclr", shards: 1, batchSize: 8), new(2, 4) { OuterMomentum = 0.5 });

        var losses = RoundHolder.Train([local], 0, 12, 0.02);

        losses[^3..].Average().ShouldBeLessThan(losses[..3].Average() - 0.1);
    }

    [Theory]
    [InlineData("swav")]
    [InlineData("dino")]
    [InlineData("moco")]
    public void A_replica_in_training_never_shows_in_the_state_and_can_be_given_up(string method)
    {
        using var local = Make(method);
        using var undisturbed = Make(method);
        RoundHolder.Train([local], 0, 1);
        RoundHolder.Train([undisturbed], 0, 1);
        var before = local.Hash(1);

        local.TrainReplica(1, 2, LearningRate);

        local.Hash(1).ShouldBe(before);
        local.Rounds.Abandon();
        RoundHolder.Train([local], 1, 1);
        RoundHolder.Train([undisturbed], 1, 1);
        local.Hash(2).ShouldBe(undisturbed.Hash(2));
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("moco")]
    [InlineData("swav")]
    [InlineData("dino")]
    [InlineData("tico")]
    public void A_state_that_is_saved_and_loaded_goes_on_as_if_nothing_had_happened(string method)
    {
        using var one = Make(method, OptimizerKind.AdamW);
        RoundHolder.Train([one], 0, 2, 0.001);
        using var other = Make(method, OptimizerKind.AdamW);
        using (no_grad())
        {
            foreach (var (saved, target) in one.Rounds.State.Zip(other.Rounds.State))
            {
                target.Name.ShouldBe(saved.Name);
                target.Tensor.copy_(saved.Tensor);
            }
        }

        RoundHolder.Train([one], 2, 1, 0.001);
        RoundHolder.Train([other], 2, 1, 0.001);

        other.Hash(3).ShouldBe(one.Hash(3));
        one.Rounds.State.Where(entry => entry.Name.Contains("exp_avg_sq", StringComparison.Ordinal))
            .ShouldAllBe(entry => entry.Tensor.min().item<float>() >= 0);
    }

    [Fact]
    public void Prototypes_have_length_one_after_a_round()
    {
        using var local = Make("swav");

        RoundHolder.Train([local], 0, 1);

        using var scope = NewDisposeScope();
        var prototypes = local.Rounds.State.Where(entry => entry.Name.StartsWith("prototypes.", StringComparison.Ordinal) && entry.Tensor.dim() == 2).ToArray();
        prototypes.ShouldNotBeEmpty();
        prototypes.ShouldAllBe(entry => (entry.Tensor.norm(1, false, 2) - 1).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void A_loss_that_is_not_finite_changes_nothing()
    {
        using var local = Make("simclr");
        var before = local.Hash(0);

        var loss = RoundHolder.Train([local], 0, 1, double.NaN).ShouldHaveSingleItem();

        double.IsFinite(loss).ShouldBeFalse();
        local.Hash(0).ShouldBe(before);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("moco")]
    [InlineData("swav")]
    public void No_tensor_outlives_a_round(string method)
    {
        using var local = Make(method);
        RoundHolder.Train([local], 0, 2);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        RoundHolder.Train([local], 2, 2);

        DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    [Fact]
    public void A_method_of_several_shards_is_refused()
    {
        using var replica = SmallMethods.Make("simclr", shards: 4);

        Should.Throw<ArgumentException>(() => new LocalRounds(replica.Method, new(2, 2))).Message.ShouldContain("in one shard, not Float32 in 4");
    }

    [Theory]
    [InlineData(0, 1, 0.7, 0.9)]
    [InlineData(1, 0, 0.7, 0.9)]
    [InlineData(1, 1, 0, 0.9)]
    [InlineData(1, 1, double.NaN, 0.9)]
    [InlineData(1, 1, 0.7, 1)]
    public void Options_out_of_range_are_refused(int replicas, int steps, double rate, double momentum) => Should.Throw<ArgumentException>(
        () => new LocalRoundOptions(replicas, steps) { OuterLearningRate = rate, OuterMomentum = momentum }.Validate());

    private static RoundHolder Make(string method, OptimizerKind optimizer = OptimizerKind.Sgd) =>
        new(SmallMethods.Make(method, shards: 1, optimizer: optimizer, batchSize: 4), new(3, 2));

    private static Dictionary<string, Tensor> Copies(IReadOnlyList<(string Name, Tensor Tensor)> state) =>
        state.ToDictionary(entry => entry.Name, entry => entry.Tensor.detach().clone());

    private static void PlainStep(TrainingMethod method, LocalRounds rounds, int shard, int step)
    {
        Tensor[] views = [.. rounds.ViewsOf(0, shard, step).Select(request => Views.Make(0, request, method.Options))];
        method.Receive(step, [method.Publish(step, 0, views)]);
        method.Backward(step, 0, views);
        method.Apply(step, LearningRate);
        Array.ForEach(views, view => view.Dispose());
    }
}
