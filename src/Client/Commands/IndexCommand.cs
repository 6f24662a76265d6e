using System.CommandLine;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly index</c>: lists what a data set holds, and writes a manifest.</summary>
internal sealed class IndexCommand
{
    private const int RowsShown = 20;

    private readonly CommandContext _context;
    private readonly Argument<string> _data = new("DIR") { Description = "Folder of images, class folders or videos, .tar file, or folder of .tar files." };
    private readonly Option<string?> _out = new("--out") { Description = "File for the manifest (JSON).", HelpName = "file" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file of --out." };
    private readonly Option<string> _source = Source();
    private readonly Option<string> _output = CommonOptions.Output();

    private IndexCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var index = new IndexCommand(context);
        var command = new Command("index", "Lists the images of a folder or the frames of videos, with sizes, labels and digest.")
        {
            index._data, index._out, index._overwrite, index._source, index._output,
        };
        command.SetAction((parsed, _) => index.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var path = parsed.GetValue(_data)!;
        var file = parsed.GetValue(_out) is { Length: > 0 } chosen ? OutputPaths.RequireFile("--out", chosen, parsed.GetValue(_overwrite)) : "";
        var source = parsed.GetValue(_source)!;
        LocalPaths.RequireImages("DIR", LocalPaths.FullPath(path), "");
        var result = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption).RunAsync<IndexRequest, IndexResult>(
            "index", new(LocalPaths.FullPath(path), source == JobVocabulary.Auto ? "" : source, file));
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, result);
        }
        else
        {
            Print(result);
        }

        if (file.Length > 0)
        {
            _context.Terminal.Say($"The manifest is in {parsed.GetValue(_out)}");
        }

        _context.Terminal.Say($"Next: lightly train --data {path} --out run-1");
        return (int)ExitCode.Success;
    }

    private void Print(IndexResult result)
    {
        var terminal = _context.Terminal;
        var what = result.Videos is { } videos ? $"{result.Images} frames of {videos.Count} videos" : $"{result.Images} images ({result.Kind})";
        terminal.Print($"{what}, {result.Bytes / 1e6:0.0} MB, {(result.Classes.Count > 0 ? $"{result.Classes.Count} classes" : "no labels")}");
        terminal.Print($"digest {result.Digest}");
        var table = result.Videos is null ? ClassTable(result) : VideoTable(result.Videos);
        if (table.Total > 0)
        {
            terminal.Print($"{table.Table}");
        }

        if (table.Total > RowsShown)
        {
            terminal.Print($"... and {table.Total - RowsShown} more; -o json and --out FILE give all");
        }
    }

    private static (TextTable Table, int Total) VideoTable(IReadOnlyList<IndexedVideo> videos)
    {
        var table = new TextTable("VIDEO", "CODEC", "SIZE", "FRAMES", "FRAMES/S", "FIRST INDEX");
        foreach (var video in videos.Take(RowsShown))
        {
            var rate = $"{video.FramesPerSecond:0.##}{(video.IsVariableRate ? " (varies)" : "")}";
            table.Add(video.Name, video.Codec, $"{video.Width}x{video.Height}", $"{video.Frames}", rate, $"{video.FirstIndex}");
        }

        return (table, videos.Count);
    }

    private static (TextTable Table, int Total) ClassTable(IndexResult result)
    {
        var table = new TextTable("CLASS", "IMAGES");
        foreach (var entry in result.Classes.Take(RowsShown))
        {
            table.Add(entry.Name, $"{entry.Images}");
        }

        return (table, result.Classes.Count);
    }

    private static Option<string> Source()
    {
        var option = new Option<string>("--source")
        {
            Description = $"What the data is: {string.Join(", ", JobVocabulary.Sources)}.",
            DefaultValueFactory = _ => JobVocabulary.Auto,
        };
        return option.AcceptOnlyFromAmong([.. JobVocabulary.Sources]);
    }
}
