using System.Globalization;
using System.Text.RegularExpressions;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Decodes chosen frames of a video: one ffmpeg process for a batch of runs, never one for a frame.</summary>
/// <remarks>
/// Each run is an input of its own that starts at a key frame; frames are chosen by their time stamps, and ffmpeg reports the time
/// stamp of every frame that it hands out, so that a frame is never taken for another one. Where a seek lands too late for a frame
/// (some containers do), the batch is decoded again from the start of the video.
/// </remarks>
internal static partial class VideoFrameReader
{
    /// <summary>Decodes frames.</summary>
    /// <param name="root">The data set's folder.</param>
    /// <param name="video">The video.</param>
    /// <param name="frames">Numbers of frames, distinct and ascending.</param>
    /// <param name="take">Receives each frame, in order of the numbers; null where it does not decode.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <exception cref="IOException">The file is gone or has changed, or ffmpeg failed.</exception>
    public static void Read(string root, VideoRecord video, IReadOnlyList<int> frames, Action<int, DecodedImage?> take, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, video.Name);
        var bytes = VideoProbe.BytesOf(path);
        if (bytes != video.Bytes)
        {
            throw new IOException(bytes < 0
                ? $"The video '{video.Name}' is not there any more."
                : $"'{video.Name}' has {bytes} bytes now; {video.Bytes} when the data set was indexed.");
        }

        foreach (var batch in FrameRunPlanner.Plan(video, frames))
        {
            var wanted = batch.SelectMany(run => run.Frames).ToArray();
            var found = Decode(path, video, batch, cancellationToken);
            var isStartedLate = found.Count < wanted.Length && batch.Any(run => run.Start > 0);
            if (isStartedLate)
            {
                found = Decode(path, video, [new FrameRun(0, wanted)], cancellationToken);
            }

            foreach (var frame in wanted)
            {
                take(frame, found.GetValueOrDefault(frame));
            }
        }
    }

    private static Dictionary<int, DecodedImage> Decode(
        string path, VideoRecord video, IReadOnlyList<FrameRun> batch, CancellationToken cancellationToken)
    {
        var frameBytes = checked((int)((long)video.Width * video.Height * 3));
        var pixels = new List<byte[]>();
        var (exitCode, errors) = FfmpegProgram.Run("ffmpeg", Arguments(path, video, batch), output => ReadFrames(output, frameBytes, pixels), cancellationToken);
        var handedOut = Enumerable.Range(0, batch.Count).SelectMany(run => FramesOf(video, batch[run], run, errors)).ToList();
        var found = new Dictionary<int, DecodedImage>();
        var isCounted = video.IsSeekable || pixels.Count == batch.Sum(run => run.Frames.Count);
        if (handedOut.Count != pixels.Count || !isCounted)
        {
            // Cut off in the middle, a frame of another size, or one that is missing without a time stamp: nothing can be trusted.
            return exitCode == 0
                ? found
                : throw new IOException($"ffmpeg failed on '{video.Name}' with exit code {exitCode}: {string.Join("; ", errors.TakeLast(2))}.");
        }

        for (var place = 0; place < pixels.Count; place++)
        {
            found[handedOut[place]] = new DecodedImage(video.Width, video.Height, pixels[place]);
        }

        return found;
    }

    private static List<string> Arguments(string path, VideoRecord video, IReadOnlyList<FrameRun> batch)
    {
        List<string> arguments = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"];
        var branches = new List<string>();
        for (var run = 0; run < batch.Count; run++)
        {
            arguments.AddRange(["-copyts", "-noaccurate_seek", "-threads", batch.Count > 4 ? "1" : "2"]);
            if (batch[run].Start > 0)
            {
                var seconds = video.Times[batch[run].Start] * video.TimeBase;
                arguments.AddRange(["-seek_timestamp", "1", "-ss", seconds.ToString("0.000000", CultureInfo.InvariantCulture)]);
            }

            arguments.AddRange(["-protocol_whitelist", "file", "-i", $"file:{path}"]);
            branches.Add($"[{run}:V:0]{Select(video, batch[run])},format=rgb24,showinfo@run{run}=checksum=0[run{run}]");
        }

        var joined = string.Concat(Enumerable.Range(0, batch.Count).Select(run => $"[run{run}]"));
        branches.Add($"{joined}concat=n={batch.Count}:v=1[frames]");
        arguments.AddRange(
        [
            "-filter_complex", string.Join(';', branches), "-map", "[frames]", .. FfmpegProgram.PassThrough.Value,
            "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1",
        ]);
        return arguments;
    }

    // A frame is chosen by its time stamp, in a video without usable ones by its number; behind the last one, decoding stops.
    private static string Select(VideoRecord video, FrameRun run)
    {
        var variable = video.IsSeekable ? "pts" : "n";
        var terms = new List<string>();
        for (var first = 0; first < run.Frames.Count;)
        {
            var last = first;
            while (last + 1 < run.Frames.Count && run.Frames[last + 1] == run.Frames[last] + 1)
            {
                last++;
            }

            terms.Add($"between({variable},{KeyOf(video, run.Frames[first])},{KeyOf(video, run.Frames[last])})");
            first = last + 1;
        }

        var end = KeyOf(video, run.Frames[^1]) + 1;
        var stop = video.IsSeekable ? $"trim=end_pts={end}" : $"trim=end_frame={end}";
        return $"{stop},select='{Sum(terms, 0, terms.Count)}'";
    }

    // Balanced, since ffmpeg refuses expressions that are nested more than about a hundred deep, as a long plain sum is.
    private static string Sum(List<string> terms, int first, int count) => count == 1
        ? terms[first]
        : $"({Sum(terms, first, count / 2)}+{Sum(terms, first + (count / 2), count - (count / 2))})";

    private static long KeyOf(VideoRecord video, int frame) => video.IsSeekable ? video.Times[frame] : frame;

    private static IEnumerable<int> FramesOf(VideoRecord video, FrameRun run, int number, IReadOnlyList<string> lines)
    {
        var place = 0;
        foreach (var line in lines.Where(line => line.Contains($"showinfo@run{number} ", StringComparison.Ordinal)))
        {
            var match = FrameLine().Match(line);
            if (!match.Success)
            {
                continue;
            }

            var isOfSize = match.Groups["width"].Value == $"{video.Width}" && match.Groups["height"].Value == $"{video.Height}";
            if (!isOfSize)
            {
                continue;
            }

            yield return video.IsSeekable ? video.Times.Find(long.Parse(match.Groups["time"].ValueSpan)) : run.Frames[place];
            place++;
        }
    }

    private static void ReadFrames(Stream output, int frameBytes, List<byte[]> pixels)
    {
        while (true)
        {
            var frame = GC.AllocateUninitializedArray<byte>(frameBytes);
            if (output.ReadAtLeast(frame, frameBytes, throwOnEndOfStream: false) < frameBytes)
            {
                return;
            }

            pixels.Add(frame);
        }
    }

    [GeneratedRegex(@" n: *\d+ pts: *(?<time>-?\d+|NOPTS) .* s:(?<width>\d+)x(?<height>\d+) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FrameLine();
}
