using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Tests.Steps.Wire;

/// <summary>Values as gradients are (normal, of sizes that differ by block), and the formats that tests try on them.</summary>
internal static class WireValues
{
    public static TheoryData<string> Words => new(JobVocabulary.Wires);

    public static RandomBlocks Random(long step = 3, long node = 1) => new(7, RandomPurpose.Rounding, step, node, 0);

    public static float[] Draw(int count, long sample = 0)
    {
        var stream = new RandomStream(5, RandomPurpose.None, count, sample, 0);
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (float)(stream.NextNormal() * Math.Pow(10, index / 100 % 9 - 6));
        }

        return values;
    }

    public static float[] Rounded(IWireFormat format, ReadOnlySpan<float> values, RandomBlocks random, long first = 0)
    {
        var copy = values.ToArray();
        format.Round(copy, random, first);
        return copy;
    }

    public static byte[] Encoded(IWireFormat format, ReadOnlySpan<float> values)
    {
        var bytes = new byte[format.BytesOf(values.Length)];
        format.Encode(values, bytes);
        return bytes;
    }

    public static float[] Decoded(IWireFormat format, ReadOnlySpan<byte> bytes, int count)
    {
        var values = new float[count];
        format.Decode(bytes, values);
        return values;
    }

    public static int[] Bits(IEnumerable<float> values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
