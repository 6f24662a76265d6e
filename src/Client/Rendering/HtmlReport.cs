using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Rendering;

/// <summary>Writes a run as one HTML file: the page of <c>RunReport.html</c> with the run's numbers and pictures in it.</summary>
internal static class HtmlReport
{
    private const string Page = "LightlyCluster.Client.Rendering.RunReport.html";
    private const string Placeholder = "/*DATA*/ null";
    private const int CurvePointsMaximum = 2000;

    // Text from files may hold anything; inside a script element only "<" must not appear as such, which this encoder sees to.
    private static readonly JsonSerializerOptions Json = new(TaskJson.Options) { Encoder = JavaScriptEncoder.Default };

    /// <summary>Writes the file in one piece.</summary>
    /// <exception cref="CommandException">The run holds no step.</exception>
    public static async Task WriteAsync(string path, string run, string name, RunPicture picture, CancellationToken cancellationToken)
    {
        var rows = MetricsFile.Read(Path.Combine(run, OutputFiles.Metrics));
        if (rows.Count == 0)
        {
            throw new CommandException($"{run} holds no run: there is no step in its {OutputFiles.Metrics}");
        }

        var result = Path.Combine(run, OutputFiles.Result);
        var data = new JsonObject
        {
            ["name"] = name,
            ["result"] = File.Exists(result) ? JsonNode.Parse(await File.ReadAllTextAsync(result, cancellationToken)) : null,
            ["job"] = await File.ReadAllTextAsync(Path.Combine(run, OutputFiles.Job), cancellationToken),
            ["curve"] = JsonSerializer.SerializeToNode(Thin(rows).Select(row => new { row.Step, row.Loss, row.LearningRate, row.Workers, row.Seconds }), Json),
            ["picture"] = JsonSerializer.SerializeToNode(picture, Json),
        };
        data["result"]?.AsObject().Remove("lossHistory");
        var page = (await ReadPageAsync(cancellationToken)).Replace(Placeholder, data.ToJsonString(Json), StringComparison.Ordinal);
        var partial = $"{path}.{Environment.ProcessId}.partial";
        await File.WriteAllTextAsync(partial, page, cancellationToken);
        File.Move(partial, path, overwrite: true);
    }

    private static IEnumerable<MetricsRow> Thin(IReadOnlyList<MetricsRow> rows)
    {
        var every = (rows.Count + CurvePointsMaximum - 1) / CurvePointsMaximum;
        return rows.Where((_, index) => index % every == 0 || index == rows.Count - 1);
    }

    private static async Task<string> ReadPageAsync(CancellationToken cancellationToken)
    {
        await using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(Page)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
