using System.CommandLine;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly frames extract</c>: writes the frames that a list names as image files, and decodes no others.</summary>
internal sealed class FramesCommand
{
    private const int QualityDefault = 95;

    private readonly CommandContext _context;
    private readonly Option<string?> _videos = new("--videos") { Description = "Folder of videos, or one video.", HelpName = "path" };
    private readonly Option<string?> _list = new("--list") { Description = "Names of frames, one a line: sampled_filenames.txt.", HelpName = "file" };
    private readonly Option<string?> _out = new("--out") { Description = "Folder for the images.", HelpName = "folder" };
    private readonly Option<string> _format = new Option<string>("--format") { Description = "png (without loss) or jpg.", DefaultValueFactory = _ => "png" }
        .AcceptOnlyFromAmong("png", "jpg");

    private readonly Option<int> _quality = new("--quality") { Description = "Quality of a jpg, 1 to 100.", DefaultValueFactory = _ => QualityDefault };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write files again that are there; they are kept otherwise." };
    private readonly Option<string> _output = CommonOptions.Output();

    private FramesCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var frames = new FramesCommand(context);
        var extract = new Command("extract", "Writes chosen frames as images; only these are decoded, each once.")
        {
            frames._videos, frames._list, frames._out, frames._format, frames._quality, frames._overwrite, frames._output,
        };
        extract.SetAction((parsed, _) => frames.RunAsync(parsed));
        return new Command("frames", "Frames of videos.") { extract };
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var began = _context.Clock.GetTimestamp();
        var videos = Require(parsed.GetValue(_videos), "--videos DIR, the folder of videos");
        var list = Require(parsed.GetValue(_list), "--list FILE, with a frame's name on each line");
        var folder = Require(parsed.GetValue(_out), "--out DIR, the folder for the images");
        var quality = parsed.GetValue(_quality);
        if (quality is < 1 or > 100)
        {
            throw new CommandException($"--quality is {quality}; allowed is 1 to 100");
        }

        if (!Path.Exists(videos))
        {
            throw new CommandException($"--videos {videos} does not exist; name a folder of videos, or one video");
        }

        var names = ReadNames(list);
        var format = parsed.GetValue(_format)!;
        var request = new FramesRequest(
            Path.GetFullPath(videos), names, OutputPaths.RequireFolder("--out", folder), format, quality, parsed.GetValue(_overwrite));
        var result = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption).RunAsync<FramesRequest, FramesResult>(
            "frames", request);
        var seconds = Math.Round(_context.Clock.GetElapsedTime(began).TotalSeconds, 3);
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(
                _context.Terminal,
                new { result.Written, result.Kept, result.Videos, format, quality = format == "jpg" ? quality : (int?)null, folder = request.Out, seconds });
        }
        else
        {
            var kept = result.Kept > 0 ? $"; {result.Kept} were there already and were kept (--overwrite replaces them)" : "";
            var how = format == "jpg" ? $"jpg of quality {quality}" : "png, without loss";
            _context.Terminal.Print($"{result.Written} frames of {result.Videos} videos written to {folder} ({how}){kept}");
        }

        return (int)ExitCode.Success;
    }

    private static string Require(string? value, string what) => value is { Length: > 0 } ? value : throw new CommandException($"Give {what}");

    private static string[] ReadNames(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException($"--list {path} {(Directory.Exists(path) ? "is a folder" : "does not exist")}; name a file with a frame's name on each line");
        }

        var names = File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return names.Length > 0 ? names : throw new CommandException($"--list {path} names no frames; put a frame's name on each line");
    }
}
