namespace LightlyCluster.Client.JobFiles;

/// <summary>What a key of a job file holds.</summary>
internal enum JobKeyKind
{
    /// <summary>More keys.</summary>
    Section = 0,

    /// <summary>A word or a path.</summary>
    Text,

    /// <summary>A whole number of 32 bits.</summary>
    Integer,

    /// <summary>A whole number of 64 bits.</summary>
    LongInteger,

    /// <summary>A whole number of 64 bits that is not negative.</summary>
    UnsignedInteger,

    /// <summary>A number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>A number of a parameter table, or true and false for 1 and 0.</summary>
    Parameter,
}
