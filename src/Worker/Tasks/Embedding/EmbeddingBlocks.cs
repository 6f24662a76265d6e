using System.IO.Hashing;
using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.Worker.Hosting;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Tasks.Embedding;

/// <summary>Computes blocks and keeps them in files, each complete or absent.</summary>
internal sealed class EmbeddingBlocks(EmbeddingContext context, TrainingThread training)
{
    private const string ValuesName = "embeddings";
    private const string ImagesName = "images";

    /// <summary>Gives a block from its file where an earlier run or another worker has left it, otherwise computes and keeps it.</summary>
    /// <exception cref="CorruptImageException">An image does not decode and bad files are not skipped.</exception>
    public async Task<EmbeddingBlock> GetAsync(int block, CancellationToken cancellationToken)
    {
        if (await training.RunAsync(() => TryRead(block)) is { } kept)
        {
            return kept;
        }

        var (images, decoded, bad) = await DecodeAsync(block, cancellationToken);
        return await training.RunAsync(() =>
        {
            var values = Compute(decoded);
            var computed = new EmbeddingBlock(images, values, DigestOf(images, values), bad);
            Write(block, computed);
            return computed;
        });
    }

    /// <summary>Removes the files of all blocks.</summary>
    public void Delete()
    {
        foreach (var file in Directory.GetFiles(context.Folder, "block-*"))
        {
            File.Delete(file);
        }
    }

    private async Task<(long[] Images, DecodedImage[] Decoded, IReadOnlyList<string> Bad)> DecodeAsync(int block, CancellationToken cancellationToken)
    {
        var wanted = context.ImagesOf(block).ToArray();
        var loaded = await Task.Run(() => context.Source.Load(wanted, cancellationToken), cancellationToken);
        var bad = Enumerable.Range(0, wanted.Length).Where(place => loaded[place].Image is null).ToArray();
        if (bad.Length > 0 && context.Specification.Data.OnError != JobVocabulary.OnErrorSkip)
        {
            throw new CorruptImageException($"{loaded[bad[0]].Error} Remove the file, or leave it out with --on-error skip.");
        }

        return (
            [.. wanted.Where((_, place) => loaded[place].Image is not null).Select(index => (long)index)],
            [.. loaded.Where(entry => entry.Image is not null).Select(entry => entry.Image!)],
            [.. bad.Select(place => context.Source.Manifest.Names[wanted[place]])]);
    }

    private float[] Compute(DecodedImage[] images)
    {
        if (images.Length == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var features = context.Backbone.call(MemoryLayout.ChannelsLast(context.Transform.Apply(images, context.Device))).to(float32).cpu().contiguous();
        return MemoryMarshal.Cast<byte, float>(features.bytes).ToArray();
    }

    private string PathOf(int block) => Path.Combine(context.Folder, $"block-{block:D8}.safetensors");

    private void Write(int block, EmbeddingBlock computed)
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(context.Folder);
        Safetensors.Write(
            PathOf(block),
            [
                (ValuesName, tensor(computed.Values).view(computed.Images.Length, context.Backbone.FeatureCount)),
                (ImagesName, tensor(computed.Images)),
            ],
            new Dictionary<string, string> { ["fingerprint"] = context.Fingerprint, ["digest"] = computed.Digest });
    }

    /// <summary>Reads a block that was computed under the same conditions and is whole; null otherwise.</summary>
    private EmbeddingBlock? TryRead(int block)
    {
        if (!File.Exists(PathOf(block)))
        {
            return null;
        }

        try
        {
            using var scope = NewDisposeScope();
            using var content = Safetensors.Read(PathOf(block));
            if (content.Metadata.GetValueOrDefault("fingerprint") != context.Fingerprint)
            {
                return null;
            }

            var images = MemoryMarshal.Cast<byte, long>(content.Tensors[ImagesName].bytes).ToArray();
            var values = MemoryMarshal.Cast<byte, float>(content.Tensors[ValuesName].bytes).ToArray();
            var digest = DigestOf(images, values);
            var missing = context.ImagesOf(block).Where(index => !images.Contains(index)).Select(index => context.Source.Manifest.Names[index]);
            return content.Metadata.GetValueOrDefault("digest") == digest ? new(images, values, digest, [.. missing]) : null;
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    private static string DigestOf(long[] images, float[] values)
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes<long>(images));
        hash.Append(MemoryMarshal.AsBytes<float>(values));
        return $"xxh128:{hash.GetCurrentHashAsUInt128():x32}";
    }
}
