using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Where a file lies in a tar archive.</summary>
/// <param name="Name">Path inside of the archive, cleaned.</param>
/// <param name="Offset">Offset of its first byte in the archive.</param>
/// <param name="Bytes">Number of bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TarMember(string Name, long Offset, long Bytes);
