using LightlyCluster.Protocol.Tasks;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Video;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Writes chosen frames of videos as image files.</summary>
internal sealed class FramesTask : LocalTask<FramesRequest, FramesResult>
{
    /// <summary>Name of the task.</summary>
    public const string Name = "frames";

    /// <inheritdoc/>
    protected override Task<FramesResult> RunAsync(FramesRequest request, TaskReport report, CancellationToken cancellationToken)
    {
        var options = new ImageSourceOptions { Progress = (done, total, unit) => report.Progress("indexing", done, total, unit) };
        using var source = new VideoImageSource(request.Videos, options, cancellationToken);
        var extraction = new FrameExtraction(source, request.Out, request.Format == "png" ? ImageEncoder.Png : ImageEncoder.Jpeg(request.Quality))
        {
            IsOverwriting = request.IsOverwriting,
            Progress = (done, total) => report.Progress("extracting", done, total, "frames"),
        };
        var (written, kept, videos) = extraction.Run(request.Names, cancellationToken);
        return Task.FromResult(new FramesResult(written, kept, videos));
    }
}
