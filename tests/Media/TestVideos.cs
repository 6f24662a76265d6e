using System.Diagnostics;

namespace LightlyCluster.Tests.Media;

/// <summary>Makes real videos with ffmpeg, and decodes frames of them in ffmpeg's own way, for comparison.</summary>
internal static class TestVideos
{
    public const string MissingReason = "ffmpeg is not installed (apt-get install ffmpeg)";

    public static bool IsPossible { get; } = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")));

    /// <summary>Three videos of different codecs, lengths, frame rates and sizes: 90, 60 and 45 frames.</summary>
    /// <returns>Their names in ordinal order.</returns>
    public static IReadOnlyList<string> MakeThree(string folder)
    {
        Make(folder, "ride.mp4", "160x90", 30, 90, "-c:v", "libx264", "-g", "24", "-bf", "3", "-pix_fmt", "yuv420p");
        Make(folder, "walk.webm", "121x75", 24, 60, "-c:v", "libvpx-vp9", "-g", "20", "-b:v", "150k", "-deadline", "realtime", "-cpu-used", "8");
        Make(folder, "yard/clip.avi", "96x128", 10, 45, "-c:v", "mjpeg", "-q:v", "3");
        return ["ride.mp4", "walk.webm", "yard/clip.avi"];
    }

    /// <summary>Encodes a moving test picture, every frame of which is different.</summary>
    /// <returns>Path of the video.</returns>
    public static string Make(string folder, string name, string size, int rate, int frames, params string[] encoding)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Run(["-f", "lavfi", "-i", $"testsrc2=s=320x240:r={rate},scale={size.Replace('x', ':')}", "-frames:v", $"{frames}", .. encoding, path]);
        return path;
    }

    /// <summary>Runs ffmpeg and gives what it writes to standard output.</summary>
    public static byte[] Run(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"ffmpeg {string.Join(' ', arguments)} failed.");
    }

    /// <summary>The pixels of one frame, chosen by ffmpeg's own numbering: <c>select=eq(n\,N)</c>.</summary>
    public static byte[] Frame(string path, int number) => Run(
        ["-i", path, "-map", "0:V:0", "-vf", $"select=eq(n\\,{number})", "-vsync", "passthrough", "-frames:v", "1",
         "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
}
