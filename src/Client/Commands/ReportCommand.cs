using System.CommandLine;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Tasks;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly report</c>: a run as one HTML file that needs no network.</summary>
internal sealed class ReportCommand
{
    private const string DefaultName = "report.html";
    private const int ImagesMaximum = 5000;

    private readonly CommandContext _context;
    private readonly Argument<string> _run = new("RUN") { Description = "Output folder of lightly train." };
    private readonly Option<string?> _out = new("--out") { Description = $"The HTML file; default {DefaultName} in the run's folder.", HelpName = "file" };
    private readonly Option<string?> _data = new("--data") { Description = "Images to show; default: those of the run.", HelpName = "path" };
    private readonly Option<int> _images = new("--images") { Description = "Images to show, at most.", HelpName = "number", DefaultValueFactory = _ => 600 };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file." };
    private readonly Option<string> _output = CommonOptions.Output();

    private ReportCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var report = new ReportCommand(context);
        var command = new Command("report", "Writes one HTML file about a run: curves, embeddings, neighbours, measures.")
        {
            report._run, report._out, report._data, report._images, report._overwrite, report._output,
        };
        command.SetAction((parsed, _) => report.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var run = parsed.GetValue(_run)!;
        var path = parsed.GetValue(_out) ?? Path.Combine(run, DefaultName);
        var count = parsed.GetValue(_images);
        if (count is < 2 or > ImagesMaximum)
        {
            throw new CommandException($"--images is {count}; allowed is 2 to {ImagesMaximum}");
        }

        if (!Directory.Exists(run))
        {
            throw new CommandException($"There is no run {run}; name the output folder of lightly train");
        }

        var full = OutputPaths.RequireFile("--out", path, parsed.GetValue(_overwrite));
        var weights = WeightsSource.Find(run);
        var point = ResumePoint.Find(run);
        var specification = SpecificationOf(point, parsed.GetValue(_data));
        LocalPaths.Require(specification);
        var picture = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption).RunAsync<RunPictureRequest, RunPicture>(
            RunPictureRequest.Task,
            new()
            {
                Weights = weights.Path,
                Specification = Google.Protobuf.JsonFormatter.Default.Format(JobSpecificationMapping.ToWire(specification)),
                ImagesMaximum = count,
            });
        await HtmlReport.WriteAsync(full, run, point.Name, picture, _context.Interruption.Leave);
        var bytes = new FileInfo(full).Length;
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, new { path = full, bytes, images = picture.Names.Count, picture.CollapseStd, picture.Invariances });
        }
        else
        {
            _context.Terminal.Print($"{path}: {picture.Names.Count} of {picture.ImagesTotal} images, {bytes / 1024} KB; open it in a browser");
        }

        return (int)ExitCode.Success;
    }

    private static Fleet.Jobs.JobSpecification SpecificationOf(ResumePoint point, string? data)
    {
        var wire = point.Specification.Clone();
        wire.Data ??= new DataSpec();
        wire.Data.Path = LocalPaths.FullPath(data ?? wire.Data.Path);
        wire.Evaluate = new EvaluateSpec { Knn = false };
        return JobSpecificationMapping.FromWire(wire);
    }
}
