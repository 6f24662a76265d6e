using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Keeps the last error of each thread instead of writing it to the console, where the library would.</summary>
internal sealed class SilentTiffErrors : TiffErrorHandler, IDisposable
{
    private readonly ThreadLocal<string> _last = new(() => "");

    /// <summary>The last error of this thread; empty where there was none.</summary>
    public string Last => _last.Value!;

    /// <summary>Begins a file.</summary>
    public void Forget() => _last.Value = "";

    /// <inheritdoc/>
    public override void ErrorHandler(Tiff tif, string method, string format, params object[] args) =>
        _last.Value = string.Format(CultureInfo.InvariantCulture, format, args);

    /// <inheritdoc/>
    public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
    {
        // Unknown tags and the like.
    }

    /// <inheritdoc/>
    public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
    {
        // The same error as above.
    }

    /// <inheritdoc/>
    public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
    {
        // Unknown tags and the like.
    }

    /// <inheritdoc/>
    public void Dispose() => _last.Dispose();
}
