using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The weights of one of the three box blurs that Pillow's Gaussian blur consists of.</summary>
/// <param name="Radius">Whole pixels on either side that have the full weight.</param>
/// <param name="Weight">The full weight.</param>
/// <param name="EdgeWeight">Weight of the one pixel beyond on either side.</param>
/// <remarks>P. Gwosdek et al.: Theoretical Foundations of Gaussian Convolution by Extended Box Filtering (2011), equations 10 to 13.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BoxBlurKernel(int Radius, float Weight, float EdgeWeight)
{
    private const int PassCount = 3;

    /// <summary>The box whose threefold application has the standard deviation <paramref name="sigma"/>.</summary>
    public static BoxBlurKernel FromSigma(double sigma)
    {
        var variance = sigma * sigma / PassCount;
        var length = Math.Sqrt((12 * variance) + 1);
        var whole = Math.Floor((length - 1) / 2);
        var fraction = ((2 * whole) + 1) * ((whole * (whole + 1)) - (3 * variance)) / (6 * (variance - ((whole + 1) * (whole + 1))));
        var box = (float)(whole + fraction);
        var radius = (int)box;
        var weight = 1.0 / ((2.0 * box) + 1);
        return new BoxBlurKernel(radius, (float)weight, (float)((1 - (((2 * radius) + 1) * weight)) / 2));
    }
}
