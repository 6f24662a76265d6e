using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Entry points of libturbojpeg (the API of version 2, which version 3 keeps).</summary>
internal sealed unsafe class TurboJpegLibrary
{
    private static readonly string[] FileNames = ["libturbojpeg.so.0", "libturbojpeg.dylib"];

    private TurboJpegLibrary(nint library, string fileName)
    {
        InitializeDecompress = (delegate* unmanaged<void*>)NativeLibrary.GetExport(library, "tjInitDecompress");
        Destroy = (delegate* unmanaged<void*, int>)NativeLibrary.GetExport(library, "tjDestroy");
        ErrorMessage = (delegate* unmanaged<void*, byte*>)NativeLibrary.GetExport(library, "tjGetErrorStr2");
        ErrorCode = (delegate* unmanaged<void*, int>)NativeLibrary.GetExport(library, "tjGetErrorCode");
        DecompressHeader = (delegate* unmanaged<void*, void*, nuint, int*, int*, int*, int*, int>)
            NativeLibrary.GetExport(library, "tjDecompressHeader3");
        Decompress = (delegate* unmanaged<void*, void*, nuint, byte*, int, int, int, int, int, int>)
            NativeLibrary.GetExport(library, "tjDecompress2");

        // The API has no version number; a function of version 3 tells the two apart.
        var isVersion3 = NativeLibrary.TryGetExport(library, "tj3Init", out _);
        Identity = $"{fileName}-api{(isVersion3 ? 3 : 2)}";
    }

    public delegate* unmanaged<void*> InitializeDecompress { get; }

    public delegate* unmanaged<void*, int> Destroy { get; }

    public delegate* unmanaged<void*, byte*> ErrorMessage { get; }

    public delegate* unmanaged<void*, int> ErrorCode { get; }

    public delegate* unmanaged<void*, void*, nuint, int*, int*, int*, int*, int> DecompressHeader { get; }

    public delegate* unmanaged<void*, void*, nuint, byte*, int, int, int, int, int, int> Decompress { get; }

    /// <summary>Name and version of the library.</summary>
    public string Identity { get; }

    /// <summary>Looks for the library once; null where the system has none or an older one.</summary>
    public static TurboJpegLibrary? TryLoad()
    {
        foreach (var fileName in FileNames)
        {
            if (NativeLibrary.TryLoad(fileName, out var library)
                && NativeLibrary.TryGetExport(library, "tjGetErrorStr2", out _))
            {
                return new TurboJpegLibrary(library, fileName);
            }
        }

        return null;
    }
}
