namespace LightlyCluster.Protocol.Tasks;

/// <summary>What became of the frames that were asked for.</summary>
/// <param name="Written">Files that were written.</param>
/// <param name="Kept">Files that were there already and were kept.</param>
/// <param name="Videos">Videos that frames were asked of.</param>
public sealed record FramesResult(int Written, int Kept, int Videos);
