using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.Worker.Hosting;

namespace LightlyCluster.Worker.Tasks.Embedding;

/// <summary>Puts finished blocks together into the file that was asked for. A block whose file is gone is computed once more.</summary>
internal sealed class EmbeddingAssembly(EmbeddingContext context, EmbeddingBlocks blocks, TrainingThread training)
{
    /// <summary>Writes the result.</summary>
    /// <returns>Number of embeddings, their numbers, and the digest over names and numbers.</returns>
    /// <exception cref="DatasetException">No image decodes, or there are too few for the reduction.</exception>
    public async Task<(int Count, int Dimension, string Digest)> WriteAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(context.Folder);
        var scratch = Path.Combine(context.Folder, $"block-all.{Environment.ProcessId}.f32");
        try
        {
            var images = await GatherAsync(scratch, cancellationToken);
            if (images.Count == 0)
            {
                throw new DatasetException("No image of the data decodes.");
            }

            using var mapped = new MappedRows(scratch, 0, images.Count, (int)context.Backbone.FeatureCount);
            return await WriteAsync(images, mapped, cancellationToken);
        }
        finally
        {
            File.Delete(scratch);
        }
    }

    private async Task<List<int>> GatherAsync(string scratch, CancellationToken cancellationToken)
    {
        var images = new List<int>();
        await using var stream = new FileStream(scratch, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        for (var block = 0; block < context.BlockCount; block++)
        {
            var content = await blocks.GetAsync(block, cancellationToken);
            images.AddRange(content.Images.Select(image => (int)image));
            await stream.WriteAsync(MemoryMarshal.AsBytes(content.Values.AsSpan()).ToArray(), cancellationToken);
        }

        return images;
    }

    private async Task<(int Count, int Dimension, string Digest)> WriteAsync(List<int> images, MappedRows mapped, CancellationToken cancellationToken)
    {
        var manifest = context.Source.Manifest;
        var embed = context.Specification.Embed;
        EmbeddingPreparation.RequireReducible(embed.Pca, mapped.Count, mapped.Dimension);
        IEmbeddingRows rows = embed.Pca > 0
            ? await training.RunAsync(() => PrincipalComponentModel.Fit(mapped, embed.Pca).Apply(mapped))
            : mapped;
        using var table = new EmbeddingTable(
            [.. images.Select(image => manifest.Names[image])],
            rows,
            manifest.Labels is { } labels ? [.. images.Select(image => labels[image])] : null,
            manifest.ClassNames);
        await EmbeddingFiles.WriteAsync(embed.Out, EmbeddingFiles.FormatOf(embed.Format, embed.Out), table, cancellationToken);
        return (table.Count, table.Dimension, DigestOf(table));
    }

    private static string DigestOf(EmbeddingTable table)
    {
        var hash = new XxHash128();
        var row = new float[table.Dimension];
        for (var index = 0; index < table.Count; index++)
        {
            table.Rows.Read(index, row);
            hash.Append(Encoding.UTF8.GetBytes(table.Names[index] + "\n"));
            hash.Append(MemoryMarshal.AsBytes(row.AsSpan()));
        }

        return $"xxh128:{hash.GetCurrentHashAsUInt128():x32}";
    }
}
