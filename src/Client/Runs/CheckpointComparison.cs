using System.Runtime.InteropServices;

namespace LightlyCluster.Client.Runs;

/// <summary>Finds the first tensor in which two checkpoints differ, in ordinal order of names.</summary>
internal static class CheckpointComparison
{
    private const int BlockBytes = 1 << 20;

    /// <summary>What differs first; null where every tensor is the same, bit for bit.</summary>
    /// <exception cref="CommandException">One of the files is missing or damaged.</exception>
    public static string? FirstDifference(string firstPath, string secondPath)
    {
        var (first, second) = (CheckpointHeader.Read(firstPath), CheckpointHeader.Read(secondPath));
        var others = second.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        using var firstFile = File.OpenRead(firstPath);
        using var secondFile = File.OpenRead(secondPath);
        foreach (var tensor in first.Tensors)
        {
            if (!others.Remove(tensor.Name, out var other))
            {
                return $"{tensor.Name} is only in {firstPath}";
            }

            if (tensor.Description != other.Description)
            {
                return $"{tensor.Name} is {tensor.Description} in one and {other.Description} in the other";
            }

            firstFile.Position = first.DataOffset + tensor.Begin;
            secondFile.Position = second.DataOffset + other.Begin;
            if (Compare(firstFile, secondFile, tensor) is { } difference)
            {
                return $"{tensor.Name} {tensor.Description}: {difference}";
            }
        }

        return others.Count > 0 ? $"{others.Keys.Order(StringComparer.Ordinal).First()} is only in {secondPath}" : null;
    }

    private static string? Compare(FileStream first, FileStream second, CheckpointTensor tensor)
    {
        var (left, right) = (new byte[BlockBytes], new byte[BlockBytes]);
        var differing = 0L;
        var largest = 0.0;
        for (var done = 0L; done < tensor.End - tensor.Begin; done += BlockBytes)
        {
            var count = (int)Math.Min(BlockBytes, tensor.End - tensor.Begin - done);
            first.ReadExactly(left, 0, count);
            second.ReadExactly(right, 0, count);
            if (!left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
            {
                differing += Count(left.AsSpan(0, count), right.AsSpan(0, count), tensor.Type, ref largest);
            }
        }

        return (differing, tensor.Type) switch
        {
            (0, _) => null,
            (_, "F32") => $"{differing} numbers differ, by up to {largest:G3}",
            _ => $"{differing} bytes differ",
        };
    }

    private static long Count(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, string type, ref double largest)
    {
        var count = 0L;
        if (type != "F32")
        {
            for (var i = 0; i < left.Length; i++)
            {
                count += left[i] == right[i] ? 0 : 1;
            }

            return count;
        }

        var firstBits = MemoryMarshal.Cast<byte, int>(left);
        var secondBits = MemoryMarshal.Cast<byte, int>(right);
        for (var i = 0; i < firstBits.Length; i++)
        {
            if (firstBits[i] != secondBits[i])
            {
                count++;
                var difference = Math.Abs((double)BitConverter.Int32BitsToSingle(firstBits[i]) - BitConverter.Int32BitsToSingle(secondBits[i]));
                largest = Math.Max(largest, difference);
            }
        }

        return count;
    }
}
