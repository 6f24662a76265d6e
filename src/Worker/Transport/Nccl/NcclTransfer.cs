namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Bytes that go to another rank or come from it.</summary>
/// <param name="IsSend">Whether they go.</param>
/// <param name="Peer">The other rank.</param>
/// <param name="Address">Where they lie, or will lie, on the device.</param>
/// <param name="Bytes">How many; more than 0.</param>
internal readonly record struct NcclTransfer(bool IsSend, int Peer, IntPtr Address, long Bytes);
