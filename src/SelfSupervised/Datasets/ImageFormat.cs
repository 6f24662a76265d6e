namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Kinds of image files that are told apart.</summary>
internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    Gif,
    Bmp,
    WebP,
    Tiff,
    PortableAnymap,
}
