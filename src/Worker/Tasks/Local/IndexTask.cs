using System.Text.Json;
using LightlyCluster.Protocol.Tasks;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Video;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Lists what a data set holds, and writes that as a manifest.</summary>
internal sealed class IndexTask : LocalTask<IndexRequest, IndexResult>
{
    /// <summary>Name of the task.</summary>
    public const string Name = "index";

    /// <inheritdoc/>
    protected override async Task<IndexResult> RunAsync(IndexRequest request, TaskReport report, CancellationToken cancellationToken)
    {
        var options = new ImageSourceOptions
        {
            Source = request.Source,
            Progress = (done, total, unit) => report.Progress("indexing", done, total, unit),
        };
        using var source = await ImageSources.OpenAsync(request.Path, options, cancellationToken);
        var result = Describe(source);
        if (request.Out.Length > 0)
        {
            await WriteAsync(request.Out, source.Manifest, result, cancellationToken);
        }

        return result;
    }

    private static IndexResult Describe(ImageSource source)
    {
        var manifest = source.Manifest;
        var counts = manifest.Labels?.CountBy(label => label).ToDictionary(pair => pair.Key, pair => pair.Value) ?? [];
        var classes = manifest.ClassNames.Select((name, label) => new IndexedClass(name, counts.GetValueOrDefault(label))).ToList();
        var videos = (manifest as VideoManifest)?.Videos.Select((video, number) => Describe((VideoManifest)manifest, video, number)).ToList();
        var kind = videos is not null ? ImageSources.Video : source is TarImageSource ? ImageSources.Tar : ImageSources.Folder;
        return new(kind, manifest.Count, videos?.Sum(video => video.Bytes) ?? manifest.Sizes.Sum(), manifest.Digest, classes, videos);
    }

    private static IndexedVideo Describe(VideoManifest manifest, VideoRecord video, int number)
    {
        var first = manifest.IndexOf(number, 0);
        return new(
            video.Name, video.Bytes, video.Codec, video.Width, video.Height, video.Rotation, video.FrameCount, first,
            video.FramesPerSecond, video.IsVariableRate, video.IsSeekable, manifest.LabelOf(first));
    }

    private static async Task WriteAsync(string path, ImageManifest manifest, IndexResult result, CancellationToken cancellationToken)
    {
        var partial = $"{path}.{Environment.ProcessId}.partial";
        try
        {
            await using (var stream = File.Create(partial))
            await using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
            {
                writer.WriteStartObject();
                foreach (var property in JsonSerializer.SerializeToElement(result, TaskJson.Options).EnumerateObject())
                {
                    property.WriteTo(writer);
                }

                await WriteImagesAsync(writer, manifest, cancellationToken);
                writer.WriteEndObject();
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    // A frame has no entry of its own: its name and label follow from its video's.
    private static async Task WriteImagesAsync(Utf8JsonWriter writer, ImageManifest manifest, CancellationToken cancellationToken)
    {
        const int FlushEvery = 10_000;
        if (manifest is VideoManifest)
        {
            return;
        }

        writer.WriteStartArray("files");
        for (var index = 0; index < manifest.Count; index++)
        {
            writer.WriteStartObject();
            writer.WriteString("name", manifest.Names[index]);
            writer.WriteNumber("bytes", manifest.Sizes[index]);
            if (manifest.Labels is { } labels)
            {
                writer.WriteNumber("label", labels[index]);
            }

            writer.WriteEndObject();
            if (index % FlushEvery == FlushEvery - 1)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }

        writer.WriteEndArray();
    }
}
