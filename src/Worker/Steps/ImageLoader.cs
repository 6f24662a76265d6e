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
    private readonly ConcurrentDictionary<int, LoadedImage> _cache = new();
    private readonly ConcurrentDictionary<int, ulong?> _contents = new();
    private readonly ConcurrentDictionary<string, byte> _badFiles =
        new(source.LeftOut.Select(name => KeyValuePair.Create(name, (byte)0)), StringComparer.Ordinal);
    private readonly Lock _permutationLock = new();
    private readonly Dictionary<long, SamplePermutation> _permutations = [];
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
        var planned = positions.Select(position => (int)permutation[first + position]).ToArray();
        var uncached = new List<DecodedImage>();
        var loaded = await Task.Run(() => Load(planned, uncached, cancellationToken), cancellationToken);
        var found = positions.ToDictionary(position => position, position => Resolve(permutation, first + position, loaded));
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
        return new(images, ids, [.. requests.Select(request => request.View)], hash.GetCurrentHashAsUInt64().ToString("x16"), replaced, uncached);
    }

    /// <summary>Decodes images of the dataset together; null for each that does not decode.</summary>
    public IReadOnlyList<DecodedImage?> TryDecode(IReadOnlyList<int> indices)
    {
        var loaded = Load(indices, uncached: null, CancellationToken.None);
        return [.. indices.Select(index => loaded[index].Image)];
    }

    /// <summary>The digest of what a shard should have used in a step. Only files that were never met here are read for it.</summary>
    public string DigestOf(long step, IReadOnlyList<ViewRequest> requests)
    {
        var permutation = PermutationOf(step / StepsPerEpoch);
        var first = step % StepsPerEpoch * batchSize;
        var hash = new XxHash64();
        foreach (var request in requests)
        {
            foreach (var position in request.Positions)
            {
                var (used, content) = ContentAt(permutation, first + position);
                Append(hash, used, request.View, content);
            }
        }

        return hash.GetCurrentHashAsUInt64().ToString("x16");
    }

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
            if (!_permutations.TryGetValue(epoch, out var permutation))
            {
                // At an epoch's end, its last steps and the first ones of the next epoch are loaded in turn.
                foreach (var old in _permutations.Keys.Where(other => Math.Abs(other - epoch) > 1).ToArray())
                {
                    _permutations.Remove(old);
                }

                permutation = new(seed, epoch, source.Manifest.Count);
                _permutations.Add(epoch, permutation);
            }

            return permutation;
        }
    }

    private (int Used, LoadedImage Image) Resolve(
        SamplePermutation permutation, long position, IReadOnlyDictionary<int, LoadedImage> loaded)
    {
        for (var tries = 0; tries < source.Manifest.Count; tries++)
        {
            var index = (int)permutation[(position + tries) % source.Manifest.Count];
            var image = loaded.TryGetValue(index, out var early) ? early : Fetch(index);
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

    private (int Used, ulong Content) ContentAt(SamplePermutation permutation, long position)
    {
        for (var tries = 0; tries < source.Manifest.Count; tries++)
        {
            var index = (int)permutation[(position + tries) % source.Manifest.Count];
            if (!_contents.ContainsKey(index))
            {
                Fetch(index);
            }

            if (_contents[index] is { } content)
            {
                return (index, content);
            }
        }

        throw new DatasetException("No image of the dataset decodes.");
    }

    private LoadedImage Fetch(int index) => _cache.TryGetValue(index, out var cached) ? cached : Load([index], uncached: null, CancellationToken.None)[index];

    // What is missing is asked for at once: a source of videos then decodes neighbouring frames together.
    private Dictionary<int, LoadedImage> Load(IReadOnlyList<int> indices, List<DecodedImage>? uncached, CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<int, LoadedImage>();
        var missing = new List<int>();
        foreach (var index in indices.Distinct())
        {
            if (_cache.TryGetValue(index, out var cached))
            {
                loaded.Add(index, cached);
            }
            else
            {
                missing.Add(index);
            }
        }

        var images = missing.Count == 0 ? [] : source.Load(missing, cancellationToken);
        for (var place = 0; place < missing.Count; place++)
        {
            loaded.Add(missing[place], images[place]);
            if (!Remember(missing[place], images[place]) && images[place].Image is { } image)
            {
                uncached?.Add(image);
            }
        }

        return loaded;
    }

    /// <returns>Whether the image is in the cache.</returns>
    private bool Remember(int index, LoadedImage image)
    {
        _contents[index] = image.Image is null ? null : image.ContentHash;
        if (image.Image is null)
        {
            _badFiles.TryAdd(source.Manifest.Names[index], 0);
        }

        var size = image.Image?.Pixels.Length ?? 0;
        if (Interlocked.Add(ref _cachedBytes, size) <= cacheBytes && _cache.TryAdd(index, image))
        {
            return true;
        }

        Interlocked.Add(ref _cachedBytes, -size);
        return false;
    }
}
