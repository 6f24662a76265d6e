namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>A video's record as the cache of the index keeps it.</summary>
/// <param name="Name">Path in the folder.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Modified">Time of its last change, in ticks.</param>
/// <param name="Codec">Codec.</param>
/// <param name="Width">Width as shown.</param>
/// <param name="Height">Height as shown.</param>
/// <param name="Rotation">Degrees.</param>
/// <param name="FramesPerSecond">Average rate.</param>
/// <param name="IsSeekable">Whether decoding can start in the middle.</param>
/// <param name="TimeBase">Seconds in a unit of time.</param>
/// <param name="FrameCount">Number of frames.</param>
/// <param name="First">First time stamp.</param>
/// <param name="Step">Constant distance of time stamps.</param>
/// <param name="Times">All time stamps where the distance varies.</param>
/// <param name="KeyFrames">Where decoding can start; null: everywhere.</param>
internal sealed record CachedVideo(
    string Name,
    long Bytes,
    long Modified,
    string Codec,
    int Width,
    int Height,
    int Rotation,
    double FramesPerSecond,
    bool IsSeekable,
    double TimeBase,
    int FrameCount,
    long First,
    long Step,
    IReadOnlyList<long>? Times,
    int[]? KeyFrames)
{
    /// <summary>Takes a record apart.</summary>
    public static CachedVideo Of(VideoRecord record, long modified) => new(
        record.Name, record.Bytes, modified, record.Codec, record.Width, record.Height, record.Rotation, record.FramesPerSecond,
        record.IsSeekable, record.TimeBase, record.FrameCount, record.Times.First, record.Times.Step,
        record.Times.IsConstant ? null : record.Times.All, record.KeyFrames);

    /// <summary>Puts the record together.</summary>
    public VideoRecord ToRecord() => new()
    {
        Name = Name,
        Bytes = Bytes,
        Codec = Codec,
        Width = Width,
        Height = Height,
        Rotation = Rotation,
        FramesPerSecond = FramesPerSecond,
        IsSeekable = IsSeekable,
        TimeBase = TimeBase,
        Times = Times is null ? FrameTimes.Constant(FrameCount, First, Step) : FrameTimes.Of([.. Times]),
        KeyFrames = KeyFrames,
    };
}
