namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>How pixels between pixels are computed when an image is resized; always antialiased, as Pillow does.</summary>
public enum ResizeFilter
{
    /// <summary>A triangle over two pixels, wider when the image shrinks.</summary>
    Bilinear = 0,

    /// <summary>A cubic over four pixels (a = -0.5), wider when the image shrinks.</summary>
    Bicubic = 1,
}
