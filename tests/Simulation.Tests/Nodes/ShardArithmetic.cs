using System.IO.Hashing;
using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>
/// A step's arithmetic: pure, cheap, and with the order of everything in its bits: sums of float32 that do not associate, a ring that
/// remembers the order of keys.
/// </summary>
internal sealed class ShardArithmetic
{
    private const int BankRows = 7;

    private readonly SimulatedJob _job;
    private readonly float[] _parameters;
    private readonly float[] _bank;

    public ShardArithmetic(SimulatedJob job)
    {
        _job = job;
        _bank = new float[Math.Max(1, BankRows * job.RowLength)];
        _parameters = [.. Enumerable.Range(0, job.VectorLength).Select(index => Draw(job.Seed, -1, 0, index))];
    }

    public long Step { get; private set; }

    public string Hash
    {
        get
        {
            var hash = new XxHash128();
            hash.Append(MemoryMarshal.AsBytes<float>(_parameters));
            hash.Append(MemoryMarshal.AsBytes<float>(_bank));
            hash.Append(BitConverter.GetBytes(Step));
            return $"xxh128:{Convert.ToHexStringLower(hash.GetCurrentHash())}";
        }
    }

    /// <summary>Hashes of all states of a run that nothing disturbs.</summary>
    public static IReadOnlyList<string> Reference(SimulatedJob job)
    {
        var arithmetic = new ShardArithmetic(job);
        var shape = job.ShapeOf(job.Specification);
        var hashes = new List<string> { arithmetic.Hash };
        for (var step = 0; step < job.Steps; step++)
        {
            var rows = Enumerable.Range(0, job.ShardCount).Select(arithmetic.Publish).ToArray();
            var sum = Sum(ReductionTree.Root(job.ShardCount));
            arithmetic.Apply(rows, sum, LearningRateAt(step));
            hashes.Add(arithmetic.Hash);

            float[] Sum(TreeNode node)
            {
                var vector = node.IsLeaf ? new float[job.VectorLength] : Sum(node.Left);
                var right = node.IsLeaf ? [] : Sum(node.Right);
                if (node.IsLeaf)
                {
                    arithmetic.Backward(node.Start, rows, vector);
                }

                for (var chunk = 0; chunk < shape.Layout.ChunkCount; chunk++)
                {
                    var (offset, length) = shape.Layout.Chunk(chunk);
                    if (node.IsLeaf)
                    {
                        shape.Sum.Round(chunk, vector.AsSpan(offset, length), arithmetic.Step, node);
                    }
                    else
                    {
                        var whole = vector.AsSpan(offset, length);
                        shape.Sum.Add(chunk, whole, right.AsSpan(offset, length), whole, arithmetic.Step, node);
                    }
                }

                return vector;
            }
        }

        return hashes;
    }

    public static double LearningRateAt(long step) => 0.1 / (step + 1);

    public static string SamplesDigest(SimulatedJob job, long step, int shard) =>
        XxHash64.HashToUInt64(MemoryMarshal.AsBytes<long>([(long)job.Seed, step, shard])).ToString("x16");

    public float[] Publish(int shard) =>
        [.. Enumerable.Range(0, _job.RowLength).Select(index =>
            Draw(_job.Seed, Step, shard, index) * (1 + _parameters[((shard * 7) + index) % _parameters.Length]))];

    public void Backward(int shard, IReadOnlyList<float[]> rows, Span<float> leaf)
    {
        for (var index = 0; index < leaf.Length; index++)
        {
            var row = rows[((index * 3) + shard) % rows.Count];
            leaf[index] = (Draw(_job.Seed, Step, shard, 100 + index) * (_parameters[index] + (0.1f * (row.Length == 0 ? 1 : row[index % row.Length]))))
                + (0.01f * _bank[index % _bank.Length]);
        }
    }

    /// <summary>The same in pieces, as a backward makes gradients: the last ones first. What is not there yet is no number.</summary>
    public async Task BackwardAsync(int shard, IReadOnlyList<float[]> rows, VectorBuffer leaf, Action<int>? onGradients, Func<Task> pauseAsync)
    {
        var values = new float[leaf.Length];
        Backward(shard, rows, values);
        leaf.Values.Fill(float.NaN);
        var end = _job.GradientLength;
        for (var piece = 2; piece > 0; piece--)
        {
            var start = _job.GradientLength * piece / 3;
            values.AsSpan(start, end - start).CopyTo(leaf.Values[start..]);
            onGradients?.Invoke(start);
            end = start;
            await pauseAsync();
        }

        values.AsSpan(0, end).CopyTo(leaf.Values);
        values.AsSpan(_job.GradientLength).CopyTo(leaf.Values[_job.GradientLength..]);
    }

    public double Apply(IReadOnlyList<float[]> rows, ReadOnlySpan<float> reduced, double learningRate)
    {
        for (var index = 0; index < _parameters.Length; index++)
        {
            _parameters[index] -= (float)learningRate * (reduced[index] / _job.ShardCount);
        }

        for (var shard = 0; shard < rows.Count; shard++)
        {
            var row = (int)(((Step * rows.Count) + shard) % BankRows);
            rows[shard].CopyTo(_bank, row * _job.RowLength);
        }

        Step++;
        return Math.Abs(reduced[0]);
    }

    public byte[] Pack() => [.. MemoryMarshal.AsBytes<float>(_parameters), .. MemoryMarshal.AsBytes<float>(_bank)];

    public void Unpack(byte[] bytes, long step)
    {
        var values = MemoryMarshal.Cast<byte, float>(bytes);
        values[.._parameters.Length].CopyTo(_parameters);
        values[_parameters.Length..].CopyTo(_bank);
        Step = step;
    }

    private static float Draw(ulong seed, long step, int shard, int index)
    {
        var value = seed ^ ((ulong)step * 0x9E3779B97F4A7C15UL) ^ ((ulong)shard << 40) ^ ((ulong)index * 0xC2B2AE3D27D4EB4FUL);
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return ((value ^ (value >> 31)) >> 40) / (float)(1 << 23) - 1;
    }
}
