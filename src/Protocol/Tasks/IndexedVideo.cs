namespace LightlyCluster.Protocol.Tasks;

/// <summary>A video of a data set.</summary>
/// <param name="Name">Path in the folder.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Codec">Codec, as ffmpeg calls it.</param>
/// <param name="Width">Width of a frame as shown.</param>
/// <param name="Height">Height of a frame as shown.</param>
/// <param name="Rotation">Degrees by which the file asks to turn the picture.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="FirstIndex">Index of its first frame in the data set.</param>
/// <param name="FramesPerSecond">Frames a second on the average.</param>
/// <param name="IsVariableRate">Whether frames are not equally far apart.</param>
/// <param name="IsSeekable">Whether a frame can be reached without decoding from the start.</param>
/// <param name="Label">Number of its class; else of the video itself, as in lightly.</param>
public sealed record IndexedVideo(
    string Name,
    long Bytes,
    string Codec,
    int Width,
    int Height,
    int Rotation,
    int Frames,
    int FirstIndex,
    double FramesPerSecond,
    bool IsVariableRate,
    bool IsSeekable,
    int Label);
