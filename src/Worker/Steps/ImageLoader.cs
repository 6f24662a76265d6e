using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Hashing;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.SelfSupervised.Training;

namespace LightlyCluster.Worker.Steps;

/// <summary>Finds the images of a shard, decodes them on other threads, and replaces files that do not decode.</summary>
/// <remarks>
/// A bad file keeps its position: the next good position of the epoch's permutation stands in for it, whoever finds out and when.
/// The random numbers stay those of the planned sample.
/// </remarks>
internal sealed class ImageLoader(ImageSource source, ulong seed, int batchSize, bool isSkippingBadFiles, long cacheBytes)
{
    private readonly ConcurrentDictionary<int, CachedImage> _cache = new();
    private readonly ConcurrentDictionary<string, byte> _badFiles = new(StringComparer.Ordinal);
    private readonly Lock _permutationLock = new();
    private SamplePermutation? _permutation;
    private long _permutationEpoch = -1;
    private long _cachedBytes;

    /// <summary>Steps an epoch.</summary>
    public long StepsPerEpoch => source.Manifest.Count / batchSize;

    /// <summary>Files that do not decode, as far as they have been met.</summary>
    public IReadOnlyCollection<string> BadFiles => [.. _badFiles.Keys];

    /// <summary>Loads what a shard needs in a step.</summary>
    /// <exception cref="CorruptImageException">A file does not decode and bad files are not skipped.</exception>
    public async Task<LoadedShard> LoadAsync(long step, IReadOnlyList<ViewRequest> requests, CancellationToken cancellationToken)
    {
        var permutation = PermutationOf(step / StepsPerEpoch);
        var first = step % StepsPerEpoch * batchSize;
        var positions = requests.SelectMany(request => request.Positions).Distinct().ToArray();
        var found = new ConcurrentDictionary<int, (int Used, CachedImage Image)>();
        await Parallel.ForEachAsync(positions, cancellationToken, (position, _) =>
        {
            found[position] = Resolve(permutation, first + position);
            return ValueTask.CompletedTask;
        });
        var hash = new XxHash64();
        var images = new List<DecodedImage[]>();
        var ids = new List<long[]>();
        foreach (var request in requests)
        {
            images.Add([.. request.Positions.Select(position => found[position].Image.Image!)]);
            ids.Add([.. request.Positions.Select(position => permutation[first + position])]);
            foreach (var position in request.Positions)
            {
                Append(hash, found[position].Used, request.View, found[position].Image.ContentHash);
            }
        }

        var own = requests[^1].Positions;
        var replaced = own.Count(position => found[position].Used != permutation[first + position]);
        return new(images, ids, [.. requests.Select(request => request.View)], hash.GetCurrentHashAsUInt64().ToString("x16"), replaced);
    }

    /// <summary>Decodes one image of the dataset; null when it does not decode.</summary>
    public DecodedImage? TryDecode(int index) => Fetch(index).Image;

    private static void Append(XxHash64 hash, long sample, int view, ulong content)
    {
        Span<byte> bytes = stackalloc byte[20];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sample);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], view);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[12..], content);
        hash.Append(bytes);
    }

    private SamplePermutation PermutationOf(long epoch)
    {
        lock (_permutationLock)
        {
            if (_permutation is null || _permutationEpoch != epoch)
            {
                _permutation = new(seed, epoch, source.Manifest.Count);
                _permutationEpoch = epoch;
            }

            return _permutation;
        }
    }

    private (int Used, CachedImage Image) Resolve(SamplePermutation permutation, long position)
    {
        for (var tries = 0; tries < source.Manifest.Count; tries++)
        {
            var index = (int)permutation[(position + tries) % source.Manifest.Count];
            var image = Fetch(index);
            if (image.Image is not null)
            {
                return (index, image);
            }

            if (!isSkippingBadFiles)
            {
                throw new CorruptImageException($"{image.Error} Remove the file, or set data.onError to skip.");
            }
        }

        throw new DatasetException("No image of the dataset decodes.");
    }

    private CachedImage Fetch(int index)
    {
        if (_cache.TryGetValue(index, out var cached))
        {
            return cached;
        }

        var bytes = source.ReadBytes(index);
        CachedImage image;
        try
        {
            image = new(ImageDecoder.Decode(bytes, source.Manifest.Names[index]), XxHash64.HashToUInt64(bytes), "");
        }
        catch (CorruptImageException error)
        {
            _badFiles.TryAdd(source.Manifest.Names[index], 0);
            image = new(null, 0, error.Message);
        }

        var size = image.Image?.Pixels.Length ?? 0;
        if (Interlocked.Add(ref _cachedBytes, size) <= cacheBytes)
        {
            _cache.TryAdd(index, image);
        }
        else
        {
            Interlocked.Add(ref _cachedBytes, -size);
        }

        return image;
    }
}
