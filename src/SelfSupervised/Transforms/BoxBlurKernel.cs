using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The weights of one of the three box blurs that Pillow's Gaussian blur consists of, as parts of 2^24.</summary>
/// <param name="Radius">Whole pixels on either side that have the full weight.</param>
/// <param name="Weight">The full weight.</param>
/// <param name="EdgeWeight">Weight of the one pixel beyond on either side.</param>
/// <remarks>
/// P. Gwosdek et al.: Theoretical Foundations of Gaussian Convolution by Extended Box Filtering (2011), equations 10 to 13.
/// Single and double precision alternate as in Pillow, so that the weights come out equal.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BoxBlurKernel(int Radius, uint Weight, uint EdgeWeight)
{
    /// <summary>Weights are parts of 2 to this power.</summary>
    public const int FractionBits = 24;

    private const int PassCount = 3;
    private const int One = 1 << FractionBits;

    /// <summary>The box whose threefold application has the standard deviation <paramref name="sigma"/>.</summary>
    public static BoxBlurKernel FromSigma(double sigma)
    {
        var single = (float)sigma;
        var variance = single * single / PassCount;
        var length = (float)Math.Sqrt((12.0 * variance) + 1.0);
        var whole = (float)Math.Floor((length - 1.0) / 2.0);
        var fraction = ((2 * whole) + 1) * ((whole * (whole + 1)) - (3 * variance));
        fraction /= 6 * (variance - ((whole + 1) * (whole + 1)));
        var box = whole + fraction;
        var radius = (int)box;
        var weight = (uint)(One / ((box * 2) + 1));
        return new BoxBlurKernel(radius, weight, (uint)((One - (((radius * 2) + 1) * (int)weight)) / 2));
    }
}
