using System.CommandLine;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly preview</c>: samples beside their augmented views, group by group.</summary>
internal sealed class PreviewCommand
{
    private const int CountMaximum = 100;

    private readonly CommandContext _context;
    private readonly SpecificationFlags _specification = new();
    private readonly Option<string> _out = new("--out") { Description = "The PNG file.", HelpName = "file", DefaultValueFactory = _ => "preview.png" };
    private readonly Option<int> _count = new("--count") { Description = "Samples to show.", HelpName = "number", DefaultValueFactory = _ => 8 };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file." };
    private readonly Option<string> _output = CommonOptions.Output();

    private PreviewCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var preview = new PreviewCommand(context);
        var command = new Command("preview", "Draws samples beside their augmented views: what the model is told to ignore.") { preview._out, preview._count, preview._overwrite, preview._output };
        preview._specification.AddTo(command);
        command.SetAction((parsed, _) => preview.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var path = parsed.GetValue(_out)!;
        var count = parsed.GetValue(_count);
        if (count is < 1 or > CountMaximum)
        {
            throw new CommandException($"--count is {count}; allowed is 1 to {CountMaximum}");
        }

        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException($"--out is {path}; name a .png file");
        }

        var full = OutputPaths.RequireFile("--out", path, parsed.GetValue(_overwrite));
        var (builder, _) = _specification.Read(parsed, null);
        var specification = LocalPaths.Resolve(builder.Build(), null);
        LocalPaths.Require(specification);
        var request = new PreviewRequest
        {
            Specification = Google.Protobuf.JsonFormatter.Default.Format(JobSpecificationMapping.ToWire(specification)),
            Out = full,
            Count = count,
            Font = PlotFont.Path,
        };
        var found = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption)
            .RunAsync<PreviewRequest, PreviewResponse>(PreviewRequest.Task, request);
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, found);
        }
        else
        {
            _context.Terminal.Print($"{path}: {found.Samples.Count} samples, columns {string.Join("; ", found.Columns)}");
        }

        _context.Terminal.Say("What a column does is what the model learns to ignore; switch one off with --set transforms.invariances.color=false");
        return (int)ExitCode.Success;
    }
}
