using System.Globalization;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Names of frames as lightly gives them: <c>{video}-{frame}-{extension}.png</c>.</summary>
/// <remarks>
/// The number is padded with zeros to the digits of the video's number of frames, the folder stays in front, the extension keeps its
/// case: frame 153 of the 1,200 of <c>day/ride.mp4</c> is <c>day/ride-0153-mp4.png</c>.
/// </remarks>
internal static class VideoFrameName
{
    private const string ImageExtension = ".png";

    /// <summary>Digits of a frame's number in a video of so many frames.</summary>
    public static int DigitsOf(int frameCount) => frameCount.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>The name of a frame.</summary>
    public static string Format(string video, int frame, int frameCount)
    {
        var dot = video.LastIndexOf('.');
        var number = frame.ToString(CultureInfo.InvariantCulture).PadLeft(DigitsOf(frameCount), '0');
        return $"{video[..dot]}-{number}-{video[(dot + 1)..]}{ImageExtension}";
    }

    /// <summary>Takes a name apart. The bare form <c>{frame}-{extension}.png</c> has an empty stem.</summary>
    /// <returns>False where the text has another form.</returns>
    public static bool TryParse(string name, out string stem, out string digits, out string extension)
    {
        (stem, digits, extension) = ("", "", "");
        if (!name.EndsWith(ImageExtension, StringComparison.Ordinal))
        {
            return false;
        }

        var body = name.AsSpan(0, name.Length - ImageExtension.Length);
        var last = body.LastIndexOf('-');
        if (last < 1)
        {
            return false;
        }

        extension = body[(last + 1)..].ToString();
        var before = body[..last];
        var first = before.LastIndexOf('-');
        digits = before[(first + 1)..].ToString();
        stem = first > 0 ? before[..first].ToString() : "";
        return first != 0 && digits.Length is > 0 and < 10 && digits.All(char.IsAsciiDigit) && extension.Length > 0;
    }
}
