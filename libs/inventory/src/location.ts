/** The place that all stock is at until further ones are opened; the first migration creates it. */
export const MAIN_LOCATION_ID = '01900000-0000-7000-8000-000000000001';
