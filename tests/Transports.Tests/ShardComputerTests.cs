using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Simulation.Tests.Nodes;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Transports.Tests;

/// <summary>Chunks of a node that are there before its last shard is computed are those that it ends with.</summary>
public sealed class ShardComputerTests
{
    [Theory]
    [InlineData(JobVocabulary.WireSingle)]
    [InlineData(JobVocabulary.WireBFloat16)]
    [InlineData(JobVocabulary.WireInt8)]
    public async Task What_is_there_early_stays_and_is_what_one_computes_alone(string wire)
    {
        var early = new List<(TreeNode Node, int Chunk, byte[] Bytes)>();
        var job = new SimulatedJob(7, 8, 1, 200, 1000, 1, Wire: wire);
        var shape = job.ShapeOf(job.Specification);
        using var pool = new VectorPool(shape.Layout.Length);
        ShardComputer? computer = null;
        computer = new ShardComputer(new ArithmeticComputation(job, shape, NoteAsync), pool, new PhaseTimes(TimeProvider.System));
        using var owned = computer;
        await ReceiveAsync(computer);
        await computer.ComputeAsync(new ShardRange(0, 3), CancellationToken.None);
        await computer.ComputeAsync(new ShardRange(0, 8), CancellationToken.None);

        early.Select(entry => entry.Node).Distinct().ShouldBe([new(0, 2), new(2, 1), new(3, 1), new(4, 4)]);
        early.Select(entry => entry.Chunk).Distinct().Order().ShouldBe(Enumerable.Range(4, shape.Layout.GradientChunkCount - 4));
        early.ForEach(entry => entry.Bytes.ShouldBe(Chunk(computer.Nodes[entry.Node], entry.Chunk)));
        computer.ShardsComputed.ShouldBe(8);

        Task NoteAsync(string place)
        {
            foreach (var (node, sum) in place.StartsWith("early", StringComparison.Ordinal) ? computer!.Nodes.All : [])
            {
                early.AddRange(Enumerable.Range(0, shape.Layout.ChunkCount).Where(chunk => !computer!.Nodes.Has(node) && computer.Nodes.Has(node, chunk))
                    .Select(chunk => (node, chunk, Chunk(sum, chunk))));
            }

            return Task.CompletedTask;
        }

        byte[] Chunk(VectorBuffer sum, int chunk)
        {
            var (offset, length) = shape.Layout.Chunk(chunk);
            return sum.Bytes(offset, length).ToArray();
        }
    }

    private static async Task ReceiveAsync(ShardComputer computer)
    {
        var rows = new List<float[]>();
        for (var shard = 0; shard < 8; shard++)
        {
            rows.Add((await computer.PublishAsync(shard, CancellationToken.None)).Rows);
        }

        await computer.ReceiveAsync(rows);
    }
}
