using System.Text.Json;
using LightlyCluster.Protocol.Tasks;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Sampling;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Chooses the samples worth labelling and writes their names.</summary>
internal sealed class SampleTask : LocalTask<SampleRequest, SampleResponse>
{
    private static readonly JsonSerializerOptions Json = new(TaskJson.Options) { WriteIndented = true };

    /// <inheritdoc/>
    protected override async Task<SampleResponse> RunAsync(SampleRequest request, TaskReport report, CancellationToken cancellationToken)
    {
        using var table = await EmbeddingFiles.ReadAsync(request.Embeddings, cancellationToken);
        var preselected = request.Preselected.Length > 0 ? SampleLists.ReadNames(request.Preselected, table.Names) : [];
        var options = new SamplerOptions
        {
            Method = request.Method switch
            {
                "coreset" => SamplingMethod.Coreset,
                "weighted" => SamplingMethod.Weighted,
                "random" => SamplingMethod.Random,
                _ => throw new TaskException($"There is no sampling method '{request.Method}'; known are coreset, weighted and random."),
            },
            Count = request.Count ?? CountOf(request.Fraction, table.Count),
            MinimumDistance = request.MinimumDistance,
            IsNormalized = request.IsNormalized,
            IsDroppingDuplicates = request.IsDroppingDuplicates,
            Seed = request.Seed,
            Preselected = preselected,
            Scores = request.Scores.Length > 0 ? SampleLists.ReadScores(request.Scores, table.Names) : [],
            Threads = request.Threads,
            MemoryBytesMaximum = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2,
        };
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var selection = Sampler.Select(table.Rows, options, chosen =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            report.Progress("sampling", chosen, options.Count ?? 0, "samples");
        });
        var seconds = Math.Round(clock.GetElapsedTime(began).TotalSeconds, 3);
        var response = new SampleResponse(
            request.Method, table.Count, table.Dimension, selection.Indices.Count, preselected.Count, selection.DuplicateCount,
            selection.CoverageRadius, selection.MeanDistance, selection.StoppedBy, seconds, request.Out, request.Report);
        await WriteAsync(request, response, selection, table.Names, cancellationToken);
        return response;
    }

    private static int? CountOf(double? fraction, int total) => fraction is { } part ? Math.Max(1, (int)Math.Round(part * total)) : null;

    private static async Task WriteAsync(
        SampleRequest request, SampleResponse response, SampleSelection selection, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var listed = selection.Indices.Skip(request.IsNewOnly ? response.Preselected : 0).Select(index => names[index]);
        var details = JsonSerializer.SerializeToNode(response, Json)!.AsObject();
        details["samplesInOrder"] = JsonSerializer.SerializeToNode(
            selection.Indices.Zip(selection.Distances, (index, distance) => new { filename = names[index], distance }), Json);
        await WriteAsync(request.Report, details.ToJsonString(Json) + "\n", cancellationToken);
        await WriteAsync(request.Out, string.Concat(listed.Select(name => name + "\n")), cancellationToken);
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var partial = $"{path}.{Environment.ProcessId}.partial";
        await File.WriteAllTextAsync(partial, text, cancellationToken);
        File.Move(partial, path, overwrite: true);
    }
}
