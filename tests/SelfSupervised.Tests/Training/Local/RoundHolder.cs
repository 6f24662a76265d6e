using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Training.Local;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training.Local;

/// <summary>One holder of the state of local SGD, as a worker of a fleet is one, with the rounds that holders run together.</summary>
internal sealed class RoundHolder : IDisposable
{
    private readonly MethodReplica _replica;

    public RoundHolder(MethodReplica replica, LocalRoundOptions options)
    {
        _replica = replica;
        Options = options;
        Rounds = new(replica.Method, options);
    }

    public LocalRounds Rounds { get; }

    public LocalRoundOptions Options { get; }

    public TrainingMethod Method => _replica.Method;

    public string Hash(long step) => StateHash.Compute(Rounds.State, step);

    public Tensor StateOf(string name) => Rounds.State.First(entry => entry.Name == name).Tensor;

    /// <summary>Rounds of holders that share the replicas: replica v belongs to holder v mod count. Gives the losses.</summary>
    public static double[] Train(IReadOnlyList<RoundHolder> holders, long firstRound, int rounds, double learningRate = 0.05) =>
        [.. Enumerable.Range(0, rounds).Select(round => Round(holders, firstRound + round, learningRate))];

    /// <summary>A replica's part of a round, up to its end.</summary>
    public float[] TrainReplica(long round, int shard, double learningRate)
    {
        Rounds.Begin();
        for (var localStep = 0; localStep < Options.LocalSteps; localStep++)
        {
            Tensor[] views = [.. Rounds.ViewsOf(round, shard, localStep).Select(request => Views.Make(round, request, Method.Options))];
            Rounds.Step(round, localStep, views, learningRate);
            Array.ForEach(views, view => view.Dispose());
        }

        return Rounds.End(shard);
    }

    public float[] VectorOf(int shard)
    {
        var vector = new float[Rounds.VectorLength];
        Rounds.Take(shard, vector);
        return vector;
    }

    public void Dispose()
    {
        Rounds.Dispose();
        _replica.Dispose();
    }

    private static double Round(IReadOnlyList<RoundHolder> holders, long round, double learningRate)
    {
        var count = holders[0].Options.ReplicaCount;
        RoundHolder OwnerOf(int shard) => holders[shard % holders.Count];
        var published = Enumerable.Range(0, count).Select(shard => OwnerOf(shard).TrainReplica(round, shard, learningRate)).ToArray();
        var vectors = Enumerable.Range(0, count).Select(shard => OwnerOf(shard).VectorOf(shard)).ToArray();
        var sum = MethodReplica.Sum(vectors, 0, count, ScalarType.Float32);
        var loss = 0.0;
        foreach (var holder in holders)
        {
            holder.Rounds.Receive(published);
            loss = holder.Rounds.Apply(sum);
        }

        return loss;
    }
}
