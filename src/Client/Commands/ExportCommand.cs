using System.CommandLine;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly export</c>: a trained backbone for other programs.</summary>
internal sealed class ExportCommand
{
    private static readonly (string Format, string Extension)[] Formats = [("safetensors", ".safetensors"), ("pt", ".pt"), ("pt", ".pth"), ("onnx", ".onnx")];

    private readonly CommandContext _context;
    private readonly WeightsFlags _weights = new();
    private readonly Option<string?> _out = new("--out") { Description = "The file: .safetensors, .pt (torchvision's and timm's names) or .onnx.", HelpName = "file" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file." };
    private readonly Option<string> _output = CommonOptions.Output();

    private ExportCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var export = new ExportCommand(context);
        var command = new Command("export", "Writes a trained backbone for PyTorch, ONNX or anything that reads safetensors.") { export._out, export._overwrite, export._output };
        export._weights.AddTo(command);
        command.SetAction((parsed, _) => export.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var path = parsed.GetValue(_out) is { Length: > 0 } given ? given : throw new CommandException("Name the file to write: --out FILE (.safetensors, .pt or .onnx)");
        var index = Array.FindIndex(Formats, entry => path.EndsWith(entry.Extension, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            throw new CommandException($"--out {path} does not end in .safetensors, .pt, .pth or .onnx; the extension tells the format");
        }

        var full = OutputPaths.RequireFile("--out", path, parsed.GetValue(_overwrite));
        var (weights, wire) = _weights.Read(parsed);
        var violations = JobSpecificationValidator.Validate(JobSpecificationMapping.FromWire(wire)).Where(violation => violation.Path != "data.path").ToArray();
        if (violations.Length > 0)
        {
            throw new CommandException(violations.Select(violation => violation.Message));
        }

        var request = new ExportRequest
        {
            Weights = weights.Path,
            Specification = Google.Protobuf.JsonFormatter.Default.Format(wire),
            Format = Formats[index].Format,
            Out = full,
        };
        var found = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption)
            .RunAsync<ExportRequest, ExportResponse>(ExportRequest.Task, request);
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, found);
            return (int)ExitCode.Success;
        }

        var table = new TextTable("EXPORT", path);
        table.Add("format", found.Format);
        table.Add("size", $"{found.Bytes / 1024.0:0.0} KB");
        table.Add("backbone", $"{found.Backbone}, width {found.Width:R}, {found.Parameters} parameters");
        table.Add("gives", $"{found.Features} numbers for images of {found.ImageSize} x {found.ImageSize}");
        _context.Terminal.Print($"{table}");
        return (int)ExitCode.Success;
    }
}
