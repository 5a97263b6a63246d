using System.Buffers.Binary;

namespace Exograph.ServerSide;

/// <summary>Types that only tables of other schemas have.</summary>
internal sealed partial class CopyEncoder
{
    public void Boolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void SmallInt(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    public void Real(float value) => BinaryPrimitives.WriteSingleBigEndian(Reserve(4), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);

    public void Uuid(Guid value) => value.TryWriteBytes(Reserve(16), bigEndian: true, out _);

    /// <summary>A date as days since 2000-01-01; the least and the greatest number are the infinite ones.</summary>
    public void Date(int days) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), days);

    /// <summary>A time as microseconds since 2000-01-01, of UTC where it has a zone; the least and the greatest are infinite.</summary>
    public void Timestamp(long microseconds) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), microseconds);

    /// <summary>JSON text that the caller has found to be valid.</summary>
    public void Json(ReadOnlySpan<byte> value) => Bytes(value, prefix: []);

    /// <summary>A numeric by its digits to the base of 10,000.</summary>
    /// <param name="digits">The digits, the greatest first; none stands for zero.</param>
    /// <param name="weight">Power of 10,000 of the first digit.</param>
    /// <param name="sign">The server's mark of a sign, of NaN, or of an infinity.</param>
    /// <param name="scale">Decimal digits behind the point that are shown.</param>
    public void Numeric(ReadOnlySpan<short> digits, short weight, ushort sign, short scale)
    {
        var field = Reserve(8 + 2 * digits.Length);
        BinaryPrimitives.WriteInt16BigEndian(field, (short)digits.Length);
        BinaryPrimitives.WriteInt16BigEndian(field[2..], weight);
        BinaryPrimitives.WriteUInt16BigEndian(field[4..], sign);
        BinaryPrimitives.WriteInt16BigEndian(field[6..], scale);
        for (var i = 0; i < digits.Length; i++)
            BinaryPrimitives.WriteInt16BigEndian(field[(8 + 2 * i)..], digits[i]);
    }
}
