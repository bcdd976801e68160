import { synthesize } from './support/synthesis';
import { availabilityZonesOf } from '../../src/foundation/availability-zones';
import { REGIONS } from '../../src/tenant';

describe('every supported region', () => {
  it.each(REGIONS)(
    '%s has three different zones, and its pipeline synthesizes in them without credentials',
    (region) => {
      const zones = availabilityZonesOf(region);
      const { ofType, stack } = synthesize({ aws: { region } });

      expect(new Set(zones).size).toBe(3);
      for (const zone of zones) expect(zone).toMatch(new RegExp(`^${region}[a-f]$`));
      expect(new Set(ofType('AWS::EC2::Subnet').map(({ Properties }) => Properties.AvailabilityZone))).toEqual(
        new Set(zones),
      );
      expect(stack.region).toBe(region);
    },
  );
});
