using Microsoft.Win32.SafeHandles;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>A decompressor of libturbojpeg, owned by one thread; freed when that thread's value is collected.</summary>
internal sealed unsafe class TurboJpegHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly TurboJpegLibrary _library;

    public TurboJpegHandle(TurboJpegLibrary library)
        : base(ownsHandle: true)
    {
        _library = library;
        SetHandle((nint)library.InitializeDecompress());
        if (IsInvalid)
        {
            throw new InvalidOperationException("libturbojpeg could not make a decompressor; the machine may be out of memory.");
        }
    }

    /// <summary>The native handle; never null.</summary>
    public void* Pointer => (void*)handle;

    protected override bool ReleaseHandle() => _library.Destroy((void*)handle) == 0;
}
