namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>What is known of one video after indexing: enough to name, count, find and decode its frames.</summary>
public sealed class VideoRecord
{
    /// <summary>Path relative to the data set's folder, with <c>/</c> between folders.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Codec as ffmpeg calls it, for example "h264".</summary>
    public required string Codec { get; init; }

    /// <summary>Width of a frame in pixels as it is shown, after the rotation.</summary>
    public required int Width { get; init; }

    /// <summary>Height of a frame in pixels as it is shown, after the rotation.</summary>
    public required int Height { get; init; }

    /// <summary>Degrees by which the file asks a player to turn the picture: 0, 90, 180, 270 or their negatives.</summary>
    public required int Rotation { get; init; }

    /// <summary>Number of frames.</summary>
    public int FrameCount => Times.Count;

    /// <summary>Frames a second on the average.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>True where frames are not equally far apart in time, beyond the rounding of their time stamps.</summary>
    public bool IsVariableRate => Times.IsVariable;

    /// <summary>
    /// True where a frame can be reached from the key frame before it; otherwise (no time stamps, or such that go back) every access
    /// decodes from the start.
    /// </summary>
    public required bool IsSeekable { get; init; }

    /// <summary>Seconds in a unit of the time stamps.</summary>
    internal double TimeBase { get; init; } = 1;

    /// <summary>Time stamps in presentation order.</summary>
    internal FrameTimes Times { get; init; } = FrameTimes.Constant(0, 0, 1);

    /// <summary>Numbers of the frames at which decoding can start, ascending; null where every frame is one.</summary>
    internal int[]? KeyFrames { get; init; }

    /// <summary>The last frame at or before a frame at which decoding can start.</summary>
    internal int KeyFrameOf(int frame)
    {
        if (KeyFrames is null)
        {
            return frame;
        }

        var place = Array.BinarySearch(KeyFrames, frame);
        return place >= 0 ? frame : KeyFrames[Math.Max(0, ~place - 1)];
    }
}
